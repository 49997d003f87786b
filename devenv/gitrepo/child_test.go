package gitrepo

func child(string) int { return 1 }
