"""What operators do with the outbox, by command and in the admin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from grocery.kernel import clock, tasks
from grocery.kernel.models import MAX_ATTEMPTS, IdempotencyKey, InboxEntry, OutboxEvent
from grocery.kernel.outbox.relay import Relay
from tests.kernel.facts import only_these_subscribers, subscribe, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _only_ours() -> Iterator[None]:
    with only_these_subscribers():
        yield


@pytest.fixture
def heard() -> list[int]:
    heard: list[int] = []
    subscribe(lambda fact: heard.append(fact.number))
    return heard


def outbox(*arguments: str) -> str:
    """What `manage.py outbox …` prints."""
    out = StringIO()
    call_command("outbox", *arguments, stdout=out)
    return out.getvalue()


def kill(**which: Any) -> None:
    """Make dead letters of these."""
    InboxEntry.objects.filter(**which).update(attempts=MAX_ATTEMPTS, due_at=Now(), error="LookupError: no")


def deliver() -> int:
    return Relay().deliver_due()


# --- the command ---


@pytest.mark.usefixtures("heard")
def test_lag_counts_what_is_owed_and_what_is_dead():
    tell(1, 2, 3)
    kill(event__payload__number=2)
    assert outbox("lag").splitlines()[1].split()[:3] == ["tests.hear", "3", "1"]


@pytest.mark.usefixtures("heard")
def test_lag_shows_who_is_owed_nothing():
    assert outbox("lag").splitlines()[1].split() == ["tests.hear", "0", "0", "–"]


@pytest.mark.usefixtures("heard")
def test_dead_tells_what_failed_and_why():
    tell(1)
    kill()
    assert "LookupError: no" in outbox("dead")


def test_retry_brings_a_dead_letter_back(heard: list[int]):
    tell(1)
    kill()
    assert (outbox("retry", "--all"), deliver(), heard) == ("1 to be tried again\n", 1, [1])


def test_retry_takes_only_the_chosen_ones(heard: list[int]):
    tell(1, thing="a")
    tell(2, thing="b")
    kill()
    outbox("retry", "--stream", "count:b")
    deliver()
    assert heard == [2]


def test_skip_lets_the_stream_go_on(heard: list[int]):
    tell(1, 2)
    kill(event__payload__number=1)
    outbox("skip", "--id", str(InboxEntry.objects.dead().get().id))
    deliver()
    assert heard == [2]


@pytest.mark.parametrize("action", ["retry", "skip"])
def test_nothing_is_changed_without_saying_which(action: str):
    with pytest.raises(CommandError, match="which ones"):
        outbox(action)


@pytest.mark.usefixtures("heard")
def test_skip_leaves_alone_what_is_not_dead():
    tell(1)
    assert (outbox("skip", "--all"), InboxEntry.objects.owed().count()) == ("0 skipped\n", 1)


def test_what_is_owed_to_a_removed_subscriber_can_be_skipped(heard: list[int]):
    tell(1)
    InboxEntry.objects.update(subscriber="tests.removed")
    assert outbox("skip", "--owed", "--subscriber", "tests.removed") == "1 skipped\n"


def test_replay_tells_again(heard: list[int]):
    tell(1, 2)
    deliver()
    outbox("replay", "--subscriber", "tests.hear")
    deliver()
    assert heard == [1, 2, 1, 2]


def test_replay_tells_a_new_subscriber_what_was_told_before_it_existed_in_order(heard: list[int]):
    tell(*range(20))
    late: list[int] = []
    subscribe(lambda fact: late.append(fact.number), name="tests.late")
    assert outbox("replay", "--subscriber", "tests.late") == ("0 to be delivered again, 20 for the first time\n")
    deliver()
    assert late == list(range(20))


@pytest.mark.parametrize(("since", "again"), [("1h", 1), ("3d", 2), ("2020-01-01T00:00:00+07:00", 2)])
def test_replay_goes_back_as_far_as_asked(heard: list[int], since: str, again: int):
    [old] = tell(1)
    tell(2)
    OutboxEvent.objects.filter(id=old.event_id).update(published_at=Now() - timedelta(days=2))
    deliver()
    assert outbox("replay", "--subscriber", "tests.hear", "--since", since).split()[0] == str(again)


@pytest.mark.parametrize("arguments", [["--since", "yesterday"], ["--since", "2020-01-01T00:00:00"]])
def test_a_moment_must_be_one_and_have_a_zone(heard: list[int], arguments: list[str]):
    with pytest.raises(CommandError):
        outbox("replay", "--subscriber", "tests.hear", *arguments)


def test_replay_of_a_stranger_is_refused():
    with pytest.raises(CommandError):
        outbox("replay", "--subscriber", "tests.stranger")


def test_prune_deletes_what_everybody_has_heard_and_is_old(heard: list[int]):
    tell(1)
    deliver()
    [owed] = tell(2)
    OutboxEvent.objects.update(published_at=Now() - timedelta(days=31))
    [fresh] = tell(3)
    InboxEntry.objects.filter(event_id=fresh.event_id).skip()
    assert outbox("prune") == "1 facts deleted\n"
    assert set(OutboxEvent.objects.values_list("id", flat=True)) == {owed.event_id, fresh.event_id}


def test_a_relay_with_nobody_to_serve_says_so():
    with pytest.raises(CommandError, match="no subscriber is called nobody"):
        call_command("relay", "--only", "nobody")


def test_a_relay_says_how_long_it_keeps_what_it_has_taken(heard: list[int], monkeypatch: pytest.MonkeyPatch):
    leases: list[timedelta] = []
    monkeypatch.setattr(Relay, "run", lambda relay: leases.append(relay.pace.lease))
    call_command("relay")
    call_command("relay", "--lease=10")
    assert leases == [timedelta(seconds=60), timedelta(seconds=10)]


def test_a_relay_command_refuses_strangers(heard: list[int]):
    tell(1)
    InboxEntry.objects.update(subscriber="tests.removed")
    with pytest.raises(CommandError, match=r"unknown subscribers: tests\.removed"):
        call_command("relay")


# --- the clock ---


def test_answers_are_forgotten_after_their_day():
    for number, moment in enumerate([clock.now(), clock.now() + timedelta(hours=1)]):
        IdempotencyKey.objects.create(
            claim=f"00000000-0000-0000-0000-00000000000{number}",
            scope="s",
            key=str(number),
            begun_at=moment,
            lease_until=moment,
            kept_until=moment,
        )
    tasks.prune_idempotency_keys()
    assert IdempotencyKey.objects.count() == 1


def test_facts_are_pruned_by_the_clock():
    tell(1)
    OutboxEvent.objects.update(published_at=Now() - timedelta(days=31))
    tasks.prune_outbox()
    assert OutboxEvent.objects.count() == 0


# --- the admin ---

EVENTS, DELIVERIES = "admin:kernel_outboxevent_changelist", "admin:kernel_inboxentry_changelist"


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("page", [EVENTS, DELIVERIES])
@pytest.mark.usefixtures("heard")
def test_lists_cost_the_same_however_long(office: Client, page: str, number: int, django_assert_max_num_queries):
    tell(*range(number))
    with django_assert_max_num_queries(9):
        assert office.get(reverse(page)).status_code == 200


@pytest.mark.usefixtures("heard")
def test_an_event_shows_who_has_heard_it(office: Client):
    [event] = tell(1)
    deliver()
    page = office.get(reverse("admin:kernel_outboxevent_change", args=[event.event_id])).content.decode()
    assert ("tests.hear" in page, "&quot;number&quot;: 1" in page) == (True, True)


@pytest.mark.usefixtures("heard")
def test_dead_letters_are_one_click_away(office: Client):
    tell(1, 2, 3)
    kill(event__payload__number=2)
    page = office.get(reverse(DELIVERIES), {"state": "dead"})
    assert [entry.event.payload["number"] for entry in page.context["cl"].result_list] == [2]


@pytest.mark.parametrize("state", ["dead", "failing", "owed", "skipped", "handled"])
@pytest.mark.usefixtures("heard")
def test_deliveries_can_be_found_by_state(office: Client, state: str):
    tell(1)
    assert office.get(reverse(DELIVERIES), {"state": state}).status_code == 200


@pytest.mark.parametrize("page", [EVENTS, DELIVERIES])
@pytest.mark.usefixtures("heard")
def test_lists_can_be_searched(office: Client, page: str):
    tell(1, thing="a")
    tell(2, thing="b")
    assert len(office.get(reverse(page), {"q": "count:b"}).context["cl"].result_list) == 1


def decide(client: Client, action: str) -> None:
    chosen = list(InboxEntry.objects.dead().values_list("id", flat=True))
    client.post(reverse(DELIVERIES), {"action": action, "_selected_action": chosen})


def test_staff_retry_in_the_admin(office: Client, heard: list[int]):
    tell(1)
    kill()
    decide(office, "retry")
    deliver()
    assert heard == [1]


def test_staff_skip_in_the_admin(office: Client, heard: list[int]):
    tell(1, 2)
    kill(event__payload__number=1)
    decide(office, "skip")
    deliver()
    assert heard == [2]


@pytest.mark.usefixtures("heard")
def test_who_may_only_look_cannot_decide(client: Client):
    viewer = get_user_model().objects.create_user("viewer@example.com", "a long password", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_inboxentry"))
    client.force_login(viewer)
    tell(1)
    kill()
    decide(client, "skip")
    assert InboxEntry.objects.dead().count() == 1


@pytest.mark.usefixtures("heard")
def test_nothing_can_be_changed_by_hand(office: Client):
    [event] = tell(1)
    responses = [
        office.post(reverse("admin:kernel_outboxevent_change", args=[event.event_id]), {"name": "forged"}),
        office.post(reverse("admin:kernel_outboxevent_delete", args=[event.event_id]), {"post": "yes"}),
        office.get(reverse("admin:kernel_inboxentry_add")),
    ]
    assert [response.status_code for response in responses] == [403, 403, 403]
