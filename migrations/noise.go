package migrations

import "slices"

// Subtract divides operations into those that are left when the noise is taken out, and those that were noise. An
// operation is noise when one of the noise's has the same kind, object, facet and definition. An index or constraint
// that is dropped to be created anew is noise only together with what is created.
func Subtract(ops, noise []Operation) (left, removed []Operation) {
	for _, o := range ops {
		if IsNoise(o, ops, noise) {
			removed = append(removed, o)
		} else {
			left = append(left, o)
		}
	}
	return left, removed
}

// IsNoise says whether an operation, one of ops, is taken out by Subtract.
func IsNoise(o Operation, ops, noise []Operation) bool {
	return slices.ContainsFunc(noise, o.same) && !o.makesRoom(ops, noise)
}

// same says that two operations are the same difference.
func (o Operation) same(other Operation) bool {
	return o.Kind == other.Kind && o.Object == other.Object && o.Facet == other.Facet && o.Definition == other.Definition
}

// makesRoom says that the operation drops what another, which is not noise, creates under the same name.
func (o Operation) makesRoom(ops, noise []Operation) bool {
	creates := map[string]string{DropIndex: CreateIndex, DropConstraint: CreateConstraint, DropTable: CreateTable}[o.Kind]
	return creates != "" && slices.ContainsFunc(ops, func(other Operation) bool {
		return other.Kind == creates && other.Object == o.Object && !slices.ContainsFunc(noise, other.same)
	})
}
