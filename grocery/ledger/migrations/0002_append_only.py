"""Entries balance, and are only ever added to, whoever writes."""

from django.db import migrations

GUARD = """
    CREATE FUNCTION ledger_refuse_to_rewrite_history() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the books are only ever added to; book a reversal instead'
            USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON "ledger_entry"
        FOR EACH ROW EXECUTE FUNCTION ledger_refuse_to_rewrite_history();
    CREATE TRIGGER ledger_posting_append_only BEFORE UPDATE OR DELETE ON "ledger_posting"
        FOR EACH ROW EXECUTE FUNCTION ledger_refuse_to_rewrite_history();

    CREATE FUNCTION ledger_check_balance(checked uuid) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        IF (SELECT sum(amount) FROM "ledger_posting" WHERE entry_id = checked) IS DISTINCT FROM 0 THEN
            RAISE EXCEPTION 'the postings of entry % do not cancel each other out', checked
                USING ERRCODE = 'check_violation';
        END IF;
    END $$;
    CREATE FUNCTION ledger_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM ledger_check_balance(NEW.id);
        RETURN NULL;
    END $$;
    CREATE FUNCTION ledger_posting_balances() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM ledger_check_balance(NEW.entry_id);
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER ledger_entry_balances AFTER INSERT ON "ledger_entry"
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances();
    CREATE CONSTRAINT TRIGGER ledger_posting_balances AFTER INSERT ON "ledger_posting"
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_posting_balances();
"""

UNGUARD = """
    DROP TRIGGER ledger_posting_balances ON "ledger_posting";
    DROP TRIGGER ledger_entry_balances ON "ledger_entry";
    DROP FUNCTION ledger_posting_balances();
    DROP FUNCTION ledger_entry_balances();
    DROP FUNCTION ledger_check_balance(uuid);
    DROP TRIGGER ledger_posting_append_only ON "ledger_posting";
    DROP TRIGGER ledger_entry_append_only ON "ledger_entry";
    DROP FUNCTION ledger_refuse_to_rewrite_history();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
