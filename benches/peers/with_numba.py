"""A hand-written event loop for each model, compiled by numba: as fast as somebody gets who counts five numbers and
nothing else. Times are seconds, the event list is a binary heap of times with an event number beside each."""

import numpy as np
from numba import njit


@njit(cache=False)
def push(times, events, n, time, event):
    i = n
    while i > 0:
        parent = (i - 1) >> 1
        if times[parent] <= time:
            break
        times[i] = times[parent]
        events[i] = events[parent]
        i = parent
    times[i] = time
    events[i] = event
    return n + 1


@njit(cache=False)
def pop(times, events, n):
    n -= 1
    time = times[n]
    event = events[n]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= n:
            break
        if child + 1 < n and times[child + 1] < times[child]:
            child += 1
        if times[child] >= time:
            break
        times[i] = times[child]
        events[i] = events[child]
        i = child
    times[i] = time
    events[i] = event
    return n


@njit(cache=False)
def lazy(seed, rate, talk, agents, patience, closing):
    """M1 without events for abandonments: each is settled when the call reaches the head of the queue. Nothing can then
    happen when a caller gives up, so that this does for neither redials nor a queue limit."""
    np.random.seed(seed)
    times = np.empty(agents + 2)
    events = np.empty(agents + 2, np.int64)
    n = 0
    room = 1 << 16
    arrivals = np.empty(room)
    ends = np.empty(room)
    head = 0
    tail = 0
    offered = answers = within = abandoned = 0
    wait = 0.0
    arrival = np.random.exponential(1 / rate)
    idle = agents
    while True:
        if n == 0 and arrival >= closing:
            break
        if n == 0 or (arrival < closing and arrival < times[0]):
            now = arrival
            arrival = now + np.random.exponential(1 / rate)
            offered += 1
            if idle > 0:
                idle -= 1
                answers += 1
                within += 1
                n = push(times, events, n, now + np.random.exponential(talk), 0)
            else:
                arrivals[tail & (room - 1)] = now
                ends[tail & (room - 1)] = now + np.random.exponential(patience)
                tail += 1
        else:
            now = times[0]
            n = pop(times, events, n)
            idle += 1
            while head < tail:
                i = head & (room - 1)
                head += 1
                if ends[i] < now:
                    abandoned += 1
                else:
                    waited = now - arrivals[i]
                    answers += 1
                    wait += waited
                    within += waited <= 20.0
                    idle -= 1
                    n = push(times, events, n, now + np.random.exponential(talk), 0)
                    break
    return offered, answers, within, abandoned, wait


@njit(cache=False)
def single(seed, rate, talk, agents, patience, closing, p_redial, redial, p_reconnect, reconnect):
    """One queue. Events: -1 first attempt, -2 repeat, -3 end of talk, else the end of patience of that call."""
    np.random.seed(seed)
    room = 1 << 17
    times = np.empty(room)
    events = np.empty(room, np.int64)
    n = 0
    arrivals = np.empty(room)
    waits = np.zeros(room, np.bool_)
    head = 0
    tail = 0
    offered = answers = within = abandoned = 0
    wait = 0.0
    idle = agents
    n = push(times, events, n, np.random.exponential(1 / rate), -1)
    while n > 0:
        now = times[0]
        event = events[0]
        n = pop(times, events, n)
        if event == -1 or event == -2:
            if event == -1:
                then = now + np.random.exponential(1 / rate)
                if then < closing:
                    n = push(times, events, n, then, -1)
            offered += 1
            if idle > 0:
                idle -= 1
                answers += 1
                within += 1
                n = push(times, events, n, now + np.random.exponential(talk), -3)
            else:
                arrivals[tail] = now
                waits[tail] = True
                n = push(times, events, n, now + np.random.exponential(patience), tail)
                tail += 1
        elif event == -3:
            if p_reconnect > 0 and np.random.random() < p_reconnect:
                then = now + np.random.exponential(reconnect)
                if then < closing:
                    n = push(times, events, n, then, -2)
            idle += 1
            while head < tail:
                i = head
                head += 1
                if waits[i]:
                    waits[i] = False
                    waited = now - arrivals[i]
                    answers += 1
                    wait += waited
                    within += waited <= 20.0
                    idle -= 1
                    n = push(times, events, n, now + np.random.exponential(talk), -3)
                    break
        elif waits[event]:
            waits[event] = False
            abandoned += 1
            if p_redial > 0 and np.random.random() < p_redial:
                then = now + np.random.exponential(redial)
                if then < closing:
                    n = push(times, events, n, then, -2)
    return offered, answers, within, abandoned, wait


@njit(cache=False)
def skills(seed, rates, talks, agents, served, tries, patience, closing):
    """Several types and groups. Events: the arrival of a type, then the end of talk in a group, then the end of patience
    of a call: its place in its queue times the number of types, plus its type."""
    np.random.seed(seed)
    types = len(rates)
    groups = len(agents)
    room = 1 << 16
    times = np.empty(1 << 17)
    events = np.empty(1 << 17, np.int64)
    n = 0
    arrivals = np.empty((types, room))
    waits = np.zeros((types, room), np.bool_)
    head = np.zeros(types, np.int64)
    tail = np.zeros(types, np.int64)
    idle = agents.copy()
    offered = answers = within = abandoned = 0
    wait = 0.0
    for kind in range(types):
        n = push(times, events, n, np.random.exponential(1 / rates[kind]), kind)
    while n > 0:
        now = times[0]
        event = events[0]
        n = pop(times, events, n)
        if event < types:
            then = now + np.random.exponential(1 / rates[event])
            if then < closing:
                n = push(times, events, n, then, event)
            offered += 1
            group = -1
            for j in range(groups):
                candidate = tries[event, j]
                if candidate < 0:
                    break
                if idle[candidate] > 0:
                    group = candidate
                    break
            if group >= 0:
                idle[group] -= 1
                answers += 1
                within += 1
                n = push(times, events, n, now + np.random.exponential(talks[event]), types + group)
            else:
                place = tail[event]
                tail[event] += 1
                arrivals[event, place] = now
                waits[event, place] = True
                call = types + groups + place * types + event
                n = push(times, events, n, now + np.random.exponential(patience), call)
        elif event < types + groups:
            group = event - types
            found = False
            for j in range(types):
                kind = served[group, j]
                if kind < 0:
                    break
                while head[kind] < tail[kind]:
                    place = head[kind]
                    head[kind] += 1
                    if waits[kind, place]:
                        waits[kind, place] = False
                        waited = now - arrivals[kind, place]
                        answers += 1
                        wait += waited
                        within += waited <= 20.0
                        found = True
                        n = push(times, events, n, now + np.random.exponential(talks[kind]), event)
                        break
                if found:
                    break
            if not found:
                idle[group] += 1
        else:
            call = event - types - groups
            kind = call % types
            place = call // types
            if waits[kind, place]:
                waits[kind, place] = False
                abandoned += 1
    return offered, answers, within, abandoned, wait


def padded(rows, width):
    """Lists of different lengths as one array, filled up with -1."""
    array = np.full((len(rows), width), -1, np.int64)
    for i, row in enumerate(rows):
        array[i, : len(row)] = row
    return array


def lazy_day(model):
    """A function of the seed that simulates a day of the model."""
    rest = (model.rates[0], model.talks[0], model.agents[0], model.patience, model.horizon)
    return lambda seed: lazy(seed, *rest)


def single_day(model):
    rest = (model.rates[0], model.talks[0], model.agents[0], model.patience, model.horizon)
    repeats = (model.p_redial, model.redial, model.p_reconnect, model.reconnect)
    return lambda seed: single(seed, *rest, *repeats)


def skills_day(model):
    types, groups = len(model.rates), len(model.agents)
    agents = np.array(model.agents, dtype=np.int64)
    lists = (padded(model.skills, types), padded(model.tries, groups))
    rest = (np.array(model.rates), np.array(model.talks), agents, *lists, model.patience, model.horizon)
    return lambda seed: skills(seed, *rest)
