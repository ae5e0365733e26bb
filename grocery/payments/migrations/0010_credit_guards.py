"""Store credit is only ever added to, and every balance is the sum of its entries, whoever writes."""

from django.db import migrations

GUARD = """
    CREATE FUNCTION payments_refuse_to_rewrite_credit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'movements of store credit are only ever added to'
            USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER payments_credit_append_only BEFORE UPDATE OR DELETE ON "payments_creditentry"
        FOR EACH ROW EXECUTE FUNCTION payments_refuse_to_rewrite_credit();

    CREATE FUNCTION payments_check_credit(checked uuid) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        IF (SELECT balance FROM "payments_creditaccount" WHERE customer_id = checked) IS DISTINCT FROM
           (SELECT coalesce(sum(amount), 0)::bigint FROM "payments_creditentry" WHERE account_id = checked) THEN
            RAISE EXCEPTION 'the store credit of % is not the sum of its movements', checked
                USING ERRCODE = 'check_violation';
        END IF;
    END $$;
    CREATE FUNCTION payments_credit_entry_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM payments_check_credit(NEW.account_id);
        RETURN NULL;
    END $$;
    CREATE FUNCTION payments_credit_account_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM payments_check_credit(NEW.customer_id);
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER payments_credit_entry_adds_up AFTER INSERT ON "payments_creditentry"
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_credit_entry_adds_up();
    CREATE CONSTRAINT TRIGGER payments_credit_account_adds_up AFTER INSERT OR UPDATE ON "payments_creditaccount"
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_credit_account_adds_up();
"""

UNGUARD = """
    DROP TRIGGER payments_credit_account_adds_up ON "payments_creditaccount";
    DROP TRIGGER payments_credit_entry_adds_up ON "payments_creditentry";
    DROP FUNCTION payments_credit_account_adds_up();
    DROP FUNCTION payments_credit_entry_adds_up();
    DROP FUNCTION payments_check_credit(uuid);
    DROP TRIGGER payments_credit_append_only ON "payments_creditentry";
    DROP FUNCTION payments_refuse_to_rewrite_credit();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0009_store_credit")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
