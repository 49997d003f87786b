package sample

// commit is one entry of the sample's history.
type commit struct {
	branch string
	// layer is the directory below files/ with the files the commit adds or replaces.
	layer string
	// author is the name and email address, as git writes them.
	author string
	// when is the seconds since the epoch and the UTC offset, as git writes them.
	when    string
	message string
}

const (
	greta = "Greta Berg <greta@toolshed.example>"
	farid = "Farid Haddad <farid@toolshed.example>"
)

// history returns the commits in order, each the child of the previous one. Authors and dates are fixed, so that every
// machine gets the same commit ids.
func history() []commit {
	return []commit{
		{BaseBranch, "base/01-members-and-items", greta, "1741030931 +0100", "Start with members and items\n"},
		{BaseBranch, "base/02-categories", greta, "1742414747 +0100", "Sort items into categories\n"},
		{BaseBranch, "base/03-loans", farid, "1744648262 +0200", "Record loans\n"},
		{
			BaseBranch, "base/04-reservations", greta, "1748891856 +0200",
			"Add reservations, sign in with any spelling of an address\n\n" +
				"The index on lower(email) is made by the migration alone.\n",
		},
		{BaseBranch, "base/05-reviews", farid, "1757354300 +0200", "Let members review loans\n"},
		{BaseBranch, "base/06-seed-data", farid, "1757613720 +0200", "Fill an empty database with development data\n"},
		{BaseBranch, "base/07-pages", greta, "1758136440 +0200", "Show items, overdue loans and statistics\n"},
		{BaseBranch, "base/08-readme", greta, "1759172400 +0200", "Describe the project and how to make a migration\n"},
		{
			FeatureBranch, "feature/01-deposits", farid, "1759863060 +0200",
			"Take a deposit for precious items\n\nAn item says how much, a table says who left it.\n",
		},
		{
			FeatureBranch, "feature/02-care-notes", farid, "1759949880 +0200",
			"Call an item's notes what they are: care notes\n",
		},
	}
}

// uncommitted is the layer that is only in the working tree.
const uncommitted = "uncommitted"
