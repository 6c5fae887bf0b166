"""Ciw with reneging; repeats by a router of its own to nodes that are delays, skills by a node of its own."""

import random

import ciw

from models import Counts

# Nodes of the network with repeats.
AGENTS, REDIALS, RECONNECTS, EXIT = 1, 2, 3, -1


class Until(ciw.dists.Exponential):
    """Exponential gaps until closing, then no more arrivals."""

    def __init__(self, rate, closing):
        super().__init__(rate)
        self.closing = closing

    def sample(self, t=None, ind=None):
        gap = super().sample(t, ind)
        return gap if (t or 0.0) + gap < self.closing else float("inf")


class Router(ciw.routing.NodeRouting):
    """Where a caller goes after the agents."""

    def __init__(self, model):
        self.model = model

    def next_node(self, ind):  # after service
        again = random.random() < self.model.p_reconnect
        return self.simulation.nodes[RECONNECTS if again else EXIT]

    def next_node_for_jockeying(self, ind):  # after reneging
        again = random.random() < self.model.p_redial
        return self.simulation.nodes[REDIALS if again else EXIT]


def simulate(network, model, **options):
    simulation = ciw.Simulation(network, **options)
    # Long enough for every call to end.
    simulation.simulate_until_max_time(model.horizon + 3 * 3600)
    counts = Counts()
    for record in simulation.get_all_records():
        # A repeat after closing does not happen.
        if record.node != AGENTS or record.arrival_date >= model.horizon:
            continue
        counts.offered += 1
        if record.record_type == "renege":
            counts.abandoned += 1
        else:
            counts.answered(record.waiting_time)
    return counts.as_tuple()


def single(model, seed):
    """One queue, no repeats."""
    ciw.seed(seed)
    exp = ciw.dists.Exponential
    network = ciw.create_network(
        arrival_distributions=[Until(model.rates[0], model.horizon)],
        service_distributions=[exp(1 / model.talks[0])],
        reneging_time_distributions=[exp(1 / model.patience)],
        number_of_servers=[model.agents[0]],
    )
    return simulate(network, model)


def repeats(model, seed):
    """One queue with redials and reconnects."""
    ciw.seed(seed)
    exp = ciw.dists.Exponential
    back = ciw.routing.Direct(to=AGENTS)
    network = ciw.create_network(
        arrival_distributions=[Until(model.rates[0], model.horizon), None, None],
        service_distributions=[exp(1 / model.talks[0]), exp(1 / model.redial), exp(1 / model.reconnect)],
        reneging_time_distributions=[exp(1 / model.patience), None, None],
        number_of_servers=[model.agents[0], float("inf"), float("inf")],
        routing=ciw.routing.NetworkRouting(routers=[Router(model), back, back]),
    )
    return simulate(network, model)


def skills(model, seed):
    """Several types and groups: one node with all agents, each of whom knows the group."""
    ciw.seed(seed)
    exp, kinds = ciw.dists.Exponential, range(len(model.rates))

    class Node(ciw.Node):
        def __init__(self, id_, simulation):
            super().__init__(id_, simulation)
            self.chosen = self.group = None
            self.by_group, first = [], 0
            for group, n in enumerate(model.agents):
                self.by_group.append(self.servers[first : first + n])
                for server in self.by_group[-1]:
                    server.group = group
                first += n

        def find_free_server(self, ind):
            for group in model.tries[int(ind.customer_class)]:
                for server in self.by_group[group]:
                    if not server.busy:
                        return server
            return None

        def choose_next_customer(self):
            if self.chosen is not None:
                return self.chosen
            for kind in model.skills[self.group]:
                for ind in self.individuals[0]:
                    if not ind.server and int(ind.customer_class) == kind:
                        return ind
            return None

        def begin_service_if_possible_accept(self, next_individual):
            self.chosen = next_individual
            super().begin_service_if_possible_accept(next_individual)
            self.chosen = None

        def begin_service_if_possible_release(self, next_individual, newly_free_server):
            self.group = newly_free_server.group
            super().begin_service_if_possible_release(next_individual, newly_free_server)

    network = ciw.create_network(
        arrival_distributions={str(k): [Until(model.rates[k], model.horizon)] for k in kinds},
        service_distributions={str(k): [exp(1 / model.talks[k])] for k in kinds},
        reneging_time_distributions={str(k): [exp(1 / model.patience)] for k in kinds},
        number_of_servers=[sum(model.agents)],
    )
    return simulate(network, model, node_class=Node)
