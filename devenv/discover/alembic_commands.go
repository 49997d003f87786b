package discover

import "regexp"

// toolCommand is Alembic's command.
const toolCommand = "alembic"

// upgrade matches a command that upgrades a database to a revision.
var upgrade = regexp.MustCompile(`\balembic\b[^;&|\n]*\bupgrade\b|\bflask\s+db\s+upgrade\b`)

// finishing matches final commands that run to completion; passing on "$@" does not count.
var finishing = regexp.MustCompile(`^(exec\s+)?(\S*\s+)*?(\S*/)?(alembic|flask\s+db)\b`)
