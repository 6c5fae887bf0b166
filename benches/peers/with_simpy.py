"""SimPy, as its users write it: a process a call, a resource, and a race of answer and patience."""

import random

import simpy

from models import Counts


def single(model, seed):
    """One queue: the agents are a resource; callers may call again."""
    rnd = random.Random(seed)
    exp, unit, env, counts = rnd.expovariate, rnd.random, simpy.Environment(), Counts()
    agents = simpy.Resource(env, capacity=model.agents[0])
    rate, talk, patience = model.rates[0], 1 / model.talks[0], 1 / model.patience
    redial, reconnect = 1 / model.redial, 1 / model.reconnect

    def again(delay):
        yield env.timeout(delay)
        if env.now < model.horizon:
            env.process(call())

    def call():
        counts.offered += 1
        arrival = env.now
        with agents.request() as request:
            happened = yield request | env.timeout(exp(patience))
            if request in happened:
                counts.answered(env.now - arrival)
                yield env.timeout(exp(talk))
                if model.p_reconnect and unit() < model.p_reconnect:
                    env.process(again(exp(reconnect)))
            else:
                counts.abandoned += 1
                if model.p_redial and unit() < model.p_redial:
                    env.process(again(exp(redial)))

    def source():
        while True:
            yield env.timeout(exp(rate))
            if env.now >= model.horizon:
                return
            env.process(call())

    env.process(source())
    env.run()
    return counts.as_tuple()


def skills(model, seed):
    """Several types and groups: each waiting call holds an event, and who becomes free succeeds it."""
    rnd = random.Random(seed)
    exp, env, counts = rnd.expovariate, simpy.Environment(), Counts()
    talks, patience = [1 / talk for talk in model.talks], 1 / model.patience
    idle, queues = list(model.agents), [[] for _ in model.rates]

    def is_free(group):
        for kind in model.skills[group]:
            if queues[kind]:
                queues[kind].pop(0).succeed(group)
                return
        idle[group] += 1

    def call(kind):
        counts.offered += 1
        arrival = env.now
        for group in model.tries[kind]:
            if idle[group]:
                idle[group] -= 1
                counts.answered(0.0)
                break
        else:
            answer = env.event()
            queues[kind].append(answer)
            yield answer | env.timeout(exp(patience))
            if not answer.triggered:
                queues[kind].remove(answer)
                counts.abandoned += 1
                return
            group = answer.value
            counts.answered(env.now - arrival)
        yield env.timeout(exp(talks[kind]))
        is_free(group)

    def source(kind):
        while True:
            yield env.timeout(exp(model.rates[kind]))
            if env.now >= model.horizon:
                return
            env.process(call(kind))

    for kind in range(len(model.rates)):
        env.process(source(kind))
    env.run()
    return counts.as_tuple()
