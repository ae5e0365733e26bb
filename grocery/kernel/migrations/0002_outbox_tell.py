from django.db import migrations

#: Writes facts and who is to hear them, for statements that write something of a domain's in the same breath.
#: Entries get their ids in the order of the facts; the foreign key between the two is checked at commit.
TELL = """
CREATE FUNCTION public.outbox_tell(facts json, owed json, trace text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.kernel_outboxevent (id, name, stream, payload, trace)
    SELECT fact.*, outbox_tell.trace
      FROM json_to_recordset(facts) AS fact(id uuid, name text, stream text, payload jsonb);
    INSERT INTO public.kernel_inboxentry (event_id, subscriber, stream)
    SELECT entry.event_id, entry.subscriber, entry.stream
      FROM ROWS FROM (json_to_recordset(owed) AS (event_id uuid, subscriber text, stream text))
           WITH ORDINALITY AS entry(event_id, subscriber, stream, place)
     ORDER BY entry.place;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]

    operations = [migrations.RunSQL(TELL, "DROP FUNCTION public.outbox_tell")]
