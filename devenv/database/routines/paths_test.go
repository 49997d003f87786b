package routines

import "testing"

func TestATriggerMustReturnOnEveryPath(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		"BEGIN RETURN NEW; END":                                                                                                true,
		"BEGIN NEW.a := 1; END":                                                                                                false,
		"DECLARE n int := 0; BEGIN n := 2; RETURN NEW; END;":                                                                   true,
		"BEGIN IF NEW.a THEN RETURN NEW; END IF; END":                                                                          false,
		"BEGIN IF NEW.a THEN RETURN NEW; ELSIF NEW.b THEN RETURN OLD; END IF; END":                                             false,
		"BEGIN IF NEW.a THEN RETURN NEW; ELSE RAISE EXCEPTION 'no %', NEW.a; END IF; END":                                      true,
		"BEGIN IF NEW.a THEN RETURN NEW; ELSE RAISE NOTICE 'no'; END IF; END":                                                  false,
		"BEGIN IF TG_OP = 'INSERT' THEN RETURN NEW; ELSIF (TG_OP = 'DELETE') THEN RETURN OLD; END IF; END":                     true,
		"BEGIN CASE TG_OP WHEN 'INSERT' THEN RETURN NEW; WHEN 'DELETE' THEN RETURN OLD; END CASE; END":                         true,
		"BEGIN CASE WHEN NEW.a = CASE WHEN true THEN 1 END THEN RETURN NEW; ELSE NULL; END CASE; END":                          false,
		"BEGIN BEGIN PERFORM f(); RETURN NEW; EXCEPTION WHEN unique_violation THEN NULL; END; END":                             false,
		"BEGIN BEGIN PERFORM f(); EXCEPTION WHEN OTHERS THEN RAISE WARNING 'x'; END; RETURN NULL; END":                         true,
		"<<outer>> BEGIN FOR r IN SELECT 1 AS id LOOP UPDATE t SET a = 1; END LOOP; END outer":                                 false,
		"BEGIN LOOP BEGIN INSERT INTO t VALUES (1); RETURN NEW; EXCEPTION WHEN unique_violation THEN NULL; END; END LOOP; END": true,
		"BEGIN LOOP EXIT WHEN true; END LOOP; END":                                                                             false,
		"BEGIN WHILE true LOOP IF f() THEN RETURN NEW; END IF; END LOOP; END":                                                  true,
		"BEGIN RAISE EXCEPTION 'closed'; END":                                                                                  true,
		"BEGIN IF a THEN IF b THEN RETURN NEW; END IF; RETURN OLD; ELSE RETURN NULL; END IF; END":                              true,
		"BEGIN RAISE; END": true,
	} {
		if got := alwaysReturns(body); got != want {
			t.Errorf("%s: %t", body, got)
		}
	}
}
