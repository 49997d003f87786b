"""Removes noise from a generated revision, without changing the captured operations."""

import copy

from devenv_driver.operations import key, leaves, reverse_key, without_facets


def without(operations, dropped, describer, back=False):
    """Returns the operations without the entries whose keys are in dropped; back is true for a downgrade."""
    kept = []
    for op in operations:
        if hasattr(op, "ops"):
            inner = copy.copy(op)
            inner.ops = without(op.ops, dropped, describer, back)
            kept += [inner] if inner.ops else []
            continue
        keys = [key(entry) for entry in describer.entries(op)]
        if not any(k in dropped for k in keys):
            kept.append(op)
        elif not all(k in dropped for k in keys):
            kept.append(without_facets(op, [k[2] for k in keys if k in dropped], back))
    return kept


def dropped_keys(entries, describer, operations):
    """Returns the keys to drop from the upgrade, and those to drop from the downgrade."""
    upgrade = {key(entry) for entry in entries}
    downgrade = {reverse_key(entry) for entry in entries}
    for op in leaves(operations):
        # A custom operation is matched by its text, and so is its reverse.
        if hasattr(op, "reverse") and any(k[0] == "other" and k in upgrade for k in map(key, describer.entries(op))):
            downgrade.update(key(entry) for entry in describer.entries(op.reverse()))
    return upgrade, downgrade
