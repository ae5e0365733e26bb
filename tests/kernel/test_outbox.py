"""Facts survive, and reach each subscriber once and in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.db.transaction import TransactionManagementError
from hypothesis import given
from hypothesis import strategies as st

from grocery.kernel.events import Event
from grocery.kernel.models import MAX_ATTEMPTS, InboxEntry, OutboxEvent
from grocery.kernel.outbox import claims, publish, together
from grocery.kernel.outbox.claims import Claim
from grocery.kernel.outbox.delivery import Delivery
from grocery.kernel.outbox.pace import Pace
from grocery.kernel.outbox.relay import Relay, UnknownSubscriber, drain
from grocery.kernel.outbox.subscribers import registry
from grocery.kernel.tracing import current_trace, working_for
from tests.kernel.facts import Counted, only_these_subscribers, subscribe, tell
from tests.plans import most_rows

pytestmark = pytest.mark.django_db


@dataclass
class Ear:
    """A handler that remembers what it heard, and what it was called with; it fails on what is `bad`."""

    bad: set[int] = field(default_factory=set)
    heard: list[int] = field(default_factory=list)
    calls: list[Any] = field(default_factory=list)
    during: Callable[[], None] = lambda: None

    def __call__(self, told: Any) -> None:
        facts = told if isinstance(told, tuple) else (told,)
        self.calls.append([fact.number for fact in facts])
        OutboxEvent.objects.create(id=Event().event_id, name="effect", stream="effect", payload=self.calls[-1])
        self.during()
        if self.bad & {fact.number for fact in facts}:
            raise LookupError("cannot bear it")
        self.heard += [fact.number for fact in facts]


@pytest.fixture(autouse=True)
def _only_ours() -> Iterator[None]:
    with only_these_subscribers():
        yield


@pytest.fixture
def ear() -> Ear:
    ear = Ear()
    subscribe(ear)
    return ear


@pytest.fixture
def many() -> Ear:
    """Hears up to ten at a time."""
    ear = Ear()
    subscribe(ear, batch=10)
    return ear


def deliver() -> int:
    """One round of a relay."""
    return Relay().deliver_due()


def effects() -> int:
    return OutboxEvent.objects.filter(name="effect").count()


def make_due() -> None:
    """As if the pauses were over."""
    InboxEntry.objects.owed().update(due_at=Now())


def take(size: int = 10, name: str = "tests.hear") -> list[Claim]:
    return claims.claim(name, size=size, lease=timedelta(seconds=60), attempts=MAX_ATTEMPTS)


# --- telling ---


def tell_and_roll_back(number: int) -> None:
    with transaction.atomic():
        publish(Counted(number=number))
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_a_fact_is_refused_outside_a_transaction():
    with pytest.raises(TransactionManagementError):
        publish(Counted(number=1))


@pytest.mark.usefixtures("ear")
def test_many_facts_cost_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        publish(*(Counted(number=number) for number in range(100)))


@pytest.mark.usefixtures("ear")
def test_what_is_told_together_costs_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1), together():
        publish(Counted(number=1))
        with together():
            publish(Counted(number=2), Counted(number=3))


def test_what_is_told_together_keeps_its_order(ear: Ear):
    with transaction.atomic(), together():
        publish(Counted(number=1))
        publish(Counted(number=2))
    deliver()
    assert ear.heard == [1, 2]


def test_nothing_is_told_of_a_block_that_fails(ear: Ear):
    with suppress(LookupError), together():
        publish(Counted(number=1))
        raise LookupError
    publish(Counted(number=2))
    deliver()
    assert ear.heard == [2]


def test_what_is_rolled_back_inside_is_not_told_with_the_rest(ear: Ear):
    with transaction.atomic(), together():
        tell_and_roll_back(1)
        publish(Counted(number=2))
    deliver()
    assert ear.heard == [2]


@pytest.mark.usefixtures("ear")
def test_relays_are_woken_once_per_transaction(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        publish(Counted(number=1))
        publish(Counted(number=2), Counted(number=3))
    assert len(callbacks) == 1


@pytest.mark.usefixtures("ear")
def test_relays_are_woken_though_an_inner_transaction_was_rolled_back(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        tell_and_roll_back(1)
        publish(Counted(number=2))
    assert len(callbacks) == 1


def test_nobody_is_woken_for_what_nobody_hears(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        publish(Counted(number=1))
    assert callbacks == []


def test_what_is_rolled_back_was_never_told(ear: Ear):
    tell_and_roll_back(1)
    assert (deliver(), ear.heard) == (0, [])


def test_a_fact_belongs_to_the_trace_in_which_it_was_told(ear: Ear):
    traces: list[str] = []
    ear.during = lambda: traces.append(current_trace())
    with working_for("4bf92f3577b34da6a3ce929d0e0e4736"):
        tell(1)
    deliver()
    assert traces == ["4bf92f3577b34da6a3ce929d0e0e4736"]


# --- delivering ---


def test_a_fact_is_heard_once(ear: Ear):
    tell(1)
    assert (deliver(), deliver(), ear.heard) == (1, 0, [1])


def test_each_subscriber_hears_by_itself():
    deaf, keen = Ear(bad={1}), Ear()
    subscribe(deaf, name="tests.deaf")
    subscribe(keen, name="tests.keen")
    tell(1)
    deliver()
    assert (deaf.heard, keen.heard) == ([], [1])


def test_a_fact_arrives_as_it_was_told(ear: Ear):
    got: list[Counted] = []
    registry.by_name.clear()
    registry.by_event.clear()
    subscribe(got.append)
    sent = tell(7, thing="b")
    deliver()
    assert got == sent


def test_a_batch_is_one_call(many: Ear):
    tell(*range(10))
    deliver()
    assert many.calls == [list(range(10))]


def test_a_batch_takes_as_many_as_it_asked_for(many: Ear):
    tell(*range(25))
    deliver()
    deliver()
    assert [len(call) for call in many.calls] == [10, 10]


def test_a_batch_mixes_streams_and_keeps_each_in_order(many: Ear):
    tell(1, thing="a")
    tell(2, thing="b")
    tell(3, thing="a")
    deliver()
    assert many.calls == [[1, 2, 3]]


def test_one_bad_fact_does_not_hold_up_the_rest_of_its_batch(many: Ear):
    many.bad = {3}
    for number in range(6):
        tell(number, thing=str(number))
    deliver()
    assert many.heard == [0, 1, 2, 4, 5]


def test_a_failed_batch_leaves_no_trace(many: Ear):
    many.bad = {3}
    for number in range(6):
        tell(number, thing=str(number))
    deliver()
    assert effects() == 5


def test_a_batch_of_which_nothing_succeeds_is_given_up_soon(many: Ear):
    many.bad = set(range(10))
    for number in range(10):
        tell(number, thing=str(number))
    deliver()
    assert (len(many.calls), set(InboxEntry.objects.values_list("attempts", flat=True))) == (1 + 3, {1})


def test_nothing_overtakes_a_failure_in_its_stream(ear: Ear):
    ear.bad = {2}
    tell(1, 2, 3, thing="a")
    tell(9, thing="b")
    deliver()
    make_due()
    deliver()
    assert ear.heard == [1, 9]


def test_what_waits_behind_a_failure_does_not_use_up_its_attempts(ear: Ear):
    ear.bad = {1}
    tell(1, 2)
    deliver()
    assert [entry.attempts for entry in InboxEntry.objects.order_by("id")] == [1, 0]


def test_a_stream_goes_on_in_order_once_its_failure_is_over(ear: Ear):
    ear.bad = {1}
    tell(1, 2, 3)
    deliver()
    ear.bad = set()
    make_due()
    deliver()
    assert ear.heard == [1, 2, 3]


def test_a_failed_handler_leaves_no_trace(ear: Ear):
    ear.bad = {1}
    tell(1)
    deliver()
    assert (len(ear.calls), effects()) == (1, 0)


def test_a_failure_is_noted_with_what_was_raised_and_where(ear: Ear):
    ear.bad = {1}
    tell(1)
    deliver()
    entry = InboxEntry.objects.get()
    assert (entry.error.startswith("LookupError: cannot bear it ("), "test_outbox.py:" in entry.error) == (True, True)


def test_a_failure_is_tried_again_after_a_pause(ear: Ear):
    ear.bad = {1}
    tell(1)
    deliver()
    waiting = InboxEntry.objects.filter(due_at__gt=Now(), due_at__lte=Now() + timedelta(seconds=1))
    assert waiting.count() == 1


def test_success_forgets_the_error(ear: Ear):
    ear.bad = {1}
    tell(1)
    deliver()
    ear.bad = set()
    make_due()
    deliver()
    assert InboxEntry.objects.get().error == ""


def test_a_payload_that_cannot_be_read_is_a_failure_like_any_other(ear: Ear):
    tell(1)
    OutboxEvent.objects.update(payload={"number": "many"})
    deliver()
    assert (InboxEntry.objects.get().attempts, ear.calls) == (1, [])


@given(st.integers(1, 40))
def test_pauses_grow_up_to_an_hour_and_vary_by_half(attempt: int):
    full = min(3600, 3 ** (attempt - 1))
    pause = Pace(attempts=100).pause(attempt).total_seconds()
    assert full / 2 <= pause <= full


def test_after_the_last_attempt_there_is_no_pause():
    assert Pace().pause(MAX_ATTEMPTS) == timedelta()


# --- dead letters ---


@pytest.fixture
def dead(ear: Ear) -> Ear:
    """An ear with a dead letter, and a second fact behind it in its stream."""
    ear.bad = {1}
    tell(1, 2)
    for _ in range(MAX_ATTEMPTS):
        deliver()
        make_due()
    return ear


def test_a_letter_is_dead_after_the_last_attempt(dead: Ear):
    assert (deliver(), len(dead.calls), InboxEntry.objects.dead().count()) == (0, MAX_ATTEMPTS, 1)


def test_a_dead_letter_blocks_its_stream_and_no_other(dead: Ear):
    tell(3, thing="b")
    deliver()
    assert dead.heard == [3]


def test_a_dead_letter_that_is_revived_is_heard_and_then_what_was_behind_it(dead: Ear):
    dead.bad = set()
    InboxEntry.objects.dead().revive()
    deliver()
    assert dead.heard == [1, 2]


def test_a_dead_letter_that_is_skipped_lets_its_stream_go_on(dead: Ear):
    InboxEntry.objects.dead().skip()
    deliver()
    assert dead.heard == [2]


@pytest.mark.usefixtures("dead")
def test_a_skipped_letter_says_that_nobody_handled_it():
    InboxEntry.objects.dead().skip()
    assert InboxEntry.objects.get(skipped=True).error.startswith("LookupError")


# --- several relays ---


@pytest.mark.usefixtures("ear")
def test_what_is_claimed_is_not_claimed_again():
    tell(1, 2)
    assert (len(take()), len(take())) == (2, 0)


@pytest.mark.usefixtures("ear")
def test_nothing_is_claimed_past_what_another_relay_has():
    tell(1, 2)
    assert ([claim.attempt for claim in take(size=1)], take()) == ([1], [])


@pytest.mark.usefixtures("ear")
def test_nothing_is_claimed_past_what_is_not_due():
    tell(1, 2, 3)
    second = InboxEntry.objects.order_by("id")[1]
    InboxEntry.objects.filter(id=second.id).update(due_at=Now() + timedelta(hours=1))
    assert len(take()) == 1


@pytest.mark.usefixtures("ear")
def test_what_a_dead_relay_had_is_claimed_again_after_its_lease():
    tell(1, 2)
    take()
    make_due()
    assert [claim.attempt for claim in take()] == [2, 2]


@pytest.mark.parametrize("batch", [1, 10])
def test_who_outstayed_his_lease_undoes_his_work(batch: int):
    ear = Ear()
    subscribe(ear, batch=batch)
    tell(1, 2)
    late = take()
    make_due()
    in_time = take()
    Delivery(registry.by_name["tests.hear"], Pace()).deliver(late)
    assert (ear.heard, effects()) == ([], 0)
    Delivery(registry.by_name["tests.hear"], Pace()).deliver(in_time)
    assert ear.heard == [1, 2]


def test_late_in_a_lease_nothing_more_is_begun(ear: Ear):
    tell(1, 2)
    late = Delivery(registry.by_name["tests.hear"], Pace(lease=timedelta()))
    late.deliver(take())
    assert (ear.calls, list(InboxEntry.objects.values_list("attempts", flat=True))) == ([], [0, 0])


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ear")
def test_no_two_relays_get_the_same_entry():
    for number in range(60):
        tell(number, thing=str(number % 7))
    start, taken = threading.Barrier(4), list[int]()

    def relay() -> None:
        start.wait()
        while got := take(size=5):
            taken.extend(claim.entry_id for claim in got)
            claims.mark_handled(got)
        connection.close()

    threads = [threading.Thread(target=relay) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while got := take():  # a round may have found every head taken, and ended early
        taken.extend(claim.entry_id for claim in got)
        claims.mark_handled(got)
    assert sorted(taken) == sorted(InboxEntry.objects.values_list("id", flat=True))


@pytest.mark.usefixtures("ear")
def test_many_that_wait_behind_a_dead_letter_hold_up_no_claim():
    with connection.cursor() as cursor:
        cursor.execute('ANALYZE "kernel_inboxentry"')  # nothing is owed at this moment, as the planner will believe
    tell(0, thing="blocked")
    InboxEntry.objects.update(attempts=MAX_ATTEMPTS)
    tell(*range(8_000), thing="blocked")
    tell(1, thing="free")
    begun = time.perf_counter()
    # It takes milliseconds; looking for each entry at all the others would take half a minute.
    assert (len(take()), time.perf_counter() - begun < 3) == (1, True)


@pytest.mark.usefixtures("ear")
@pytest.mark.parametrize(
    "without", ["", "hashjoin", "hashjoin mergejoin", "nestloop", "indexscan bitmapscan", "seqscan"]
)
def test_a_claim_looks_at_no_entry_again_and_again_though_the_queue_was_thought_empty(without: str):
    """What a plan may do wrong: go through everything that is owed for each entry that it takes."""
    tell(*range(1_000))
    InboxEntry.objects.update(handled_at=Now())
    with connection.cursor() as cursor:
        cursor.execute('ANALYZE "kernel_inboxentry"')
    with transaction.atomic():
        publish(*(Counted(number=number, thing=str(number)) for number in range(700)))
    wanted: dict[str, Any] = {
        "subscriber": "tests.hear",
        "size": 500,
        "lease": timedelta(minutes=1),
        "attempts": 12,
        "window": 5_000,
    }
    assert most_rows(claims.CLAIM, wanted, without=without) <= 2 * (1_000 + 700)


# --- outside ---


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("batch", [1, 10])
def test_outside_handlers_run_without_a_transaction(batch: int):
    ear = Ear()
    inside: list[bool] = []
    ear.during = lambda: inside.append(connection.in_atomic_block)
    subscribe(ear, batch=batch, outside=True)
    tell(1)
    deliver()
    assert (ear.heard, inside, InboxEntry.objects.owed().count()) == ([1], [False], 0)


@pytest.mark.django_db(transaction=True)
def test_an_outside_handler_that_fails_is_called_again():
    ear = Ear(bad={1})
    subscribe(ear, outside=True)
    tell(1)
    deliver()
    ear.bad = set()
    make_due()
    deliver()
    assert (ear.calls, ear.heard) == ([[1], [1]], [1])


# --- the relay itself ---


def test_a_relay_refuses_to_start_when_a_stranger_is_owed_something(ear: Ear):
    tell(1)
    InboxEntry.objects.update(subscriber="tests.forgotten")
    with pytest.raises(UnknownSubscriber, match=r"tests\.forgotten"):
        Relay().run()


def test_a_relay_may_be_given_some_subscribers_only():
    for name in ("stock.feed", "mail.send"):
        subscribe(Ear(), name=name)
    assert Relay(only=["stock.*"]).subscribers == ["stock.feed"]


def test_a_relay_that_stops_gives_back_what_it_has_not_begun(ear: Ear):
    relay = Relay()
    ear.during = relay.stop
    tell(1, 2, 3)
    relay.deliver_due()
    assert (ear.heard, list(InboxEntry.objects.order_by("id").values_list("attempts", flat=True))) == ([1], [1, 0, 0])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("threads", [1, 3])
def test_a_running_relay_hears_of_a_fact_without_waiting_for_its_poll(threads: int):
    heard = threading.Event()
    subscribe(lambda _: heard.set())
    relay = Relay(threads=threads, pace=Pace(poll=timedelta(minutes=1)))
    running = threading.Thread(target=relay.run)
    running.start()
    tell(0)
    first = heard.wait(10)
    heard.clear()
    tell(1)
    second = heard.wait(10)
    relay.stop()
    running.join(10)
    assert (first, second, running.is_alive()) == (True, True, False)


# --- draining, for tests ---


def test_draining_delivers_also_what_handlers_tell(ear: Ear):
    def tell_the_next() -> None:
        if (number := ear.calls[-1][0]) < 3:
            tell(number + 1)

    ear.during = tell_the_next
    tell(1)
    assert (drain(), ear.heard) == (3, [1, 2, 3])


def test_draining_lets_errors_out_and_can_be_repeated(ear: Ear):
    ear.bad = {2}
    tell(1, 2, 3)
    with pytest.raises(LookupError):
        drain()
    ear.bad = set()
    assert (drain(), ear.heard) == (2, [1, 2, 3])
