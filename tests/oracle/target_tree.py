"""Trees of targets by hand (目标拆分), in exact decimals but for the factor that follows. Pacing is even.

Written from metrics.md section 6, knows nothing of the SQL.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from math import prod

from tests.oracle.scorecard import EIGHTH, Kpi, World, divided, period_days

DEPTH = 3
REST = "(unassigned)"
#: app, grain, first day, way from the root.
NodeKey = tuple[str, str, date, str]


@dataclass(frozen=True)
class Edge:
    """A line of the workbook's kpi_tree."""

    parent: str
    child: str
    relation: str
    split: str | None


@dataclass(frozen=True)
class Node:
    """`target` is a float when it followed from other targets."""

    parent_id: str | None
    code: str
    dimension: str
    value: str
    relation: str | None
    target: Decimal | float | None
    actual: Decimal | None


@dataclass(frozen=True)
class Tree:
    """What is planned and known of one app's period."""

    world: World
    edges: Sequence[Edge]
    app: str
    grain: str
    start: date

    def target(self, code: str, dimension: str, value: str) -> Decimal | None:
        own = self.world.targets.get((self.app, code, self.grain, self.start, dimension, value))
        if own is None and dimension == "app" and self.app == "*":
            return self.world.targets.get((value, code, self.grain, self.start, "all", "all"))
        return self.days(code).get(value) if own is None and dimension == "day" else own

    def kpi(self, code: str, dimension: str, value: str) -> Kpi | None:
        if dimension == "day":
            return self.world.kpis.get((self.app, code, "day", date.fromisoformat(value), "all", "all"))
        return self.world.kpis.get((self.app, code, self.grain, self.start, dimension, value))

    def days(self, code: str) -> dict[str, Decimal]:
        """Targets of days; empty where kpi_tree does not ask for them and no day has one."""
        whole = self.target(code, "all", "all")
        first = self.world.first_days.get((self.app, code, self.grain))
        if self.grain == "day" or whole is None or first is None:
            return {}
        days = [day for day in period_days(self.grain, self.start) if day >= first]
        own = {
            day: found
            for day in days
            if (found := self.world.targets.get((self.app, code, "day", day, "all", "all"))) is not None
        }
        if not own and "day" not in self._declared(code):
            return {}
        rest, others = whole - sum(own.values(), Decimal(0)), [day for day in days if day not in own]
        shared, given = dict(own), Decimal(0)
        for number, day in enumerate(others if rest >= 0 else [], start=1):
            with localcontext() as context:
                context.prec = 60
                so_far = (rest * (divided(Decimal(number), Decimal(len(others))) or 0)).quantize(
                    EIGHTH, ROUND_HALF_UP
                )
            shared[day], given = so_far - given, so_far
        return {day.isoformat(): shared[day] for day in sorted(shared)}

    def _declared(self, code: str) -> set[str]:
        return {
            edge.split
            for edge in self.edges
            if (edge.relation, edge.parent, edge.child) == ("sum", code, code) and edge.split
        }

    def nodes(self, root: str) -> dict[str, Node]:
        whole = self.kpi(root, "all", "all")
        node = Node(None, root, "all", "all", None, self.target(root, "all", "all"), whole and whole.value)
        nodes = {root: node, **dict(self._below(root, node, 1))}
        return nodes if len(nodes) > 1 else {}

    def _below(self, node_id: str, node: Node, level: int) -> Iterator[tuple[str, Node]]:
        if level > DEPTH or self.target(node.code, node.dimension, node.value) is None:
            return
        for child in [*self._parts(node_id, node), *self._factors(node_id, node)]:
            step = f"{child.dimension}={child.value}" if child.relation == "sum" else child.code
            if step not in node_id.split("/"):
                yield f"{node_id}/{step}", child
                yield from self._below(f"{node_id}/{step}", child, level + 1)

    def _parts(self, node_id: str, node: Node) -> Iterator[Node]:
        if node.dimension != "all" or self.world.meanings[node.code].additivity != "additive":
            return
        keys = [key for key in self.world.targets if key[1:4] == (node.code, self.grain, self.start)]
        places = {key[4:] for key in keys if key[0] == self.app and key[4] != "all"}
        if self.app == "*":
            places |= {("app", key[0]) for key in keys if key[0] != "*" and key[4] == "all"}
        places |= {("day", day) for day in self.days(node.code)}
        dimensions = {dimension for dimension, _ in places}
        if self.app == "*":
            dimensions |= {"app"} & self._declared(node.code)
        dimensions |= self._declared(node.code) - {"app", "day"}
        dimensions |= {"day"} & self._declared(node.code) if self.grain != "day" else set()
        for dimension in dimensions:
            left, rest = node.actual, self.target(node.code, "all", "all") or Decimal(0)
            for value in sorted(value for other, value in places if other == dimension):
                kpi, target = self.kpi(node.code, dimension, value), self.target(node.code, dimension, value)
                known = kpi.value if kpi else None
                if known is None and dimension != "day" and node.actual is not None:
                    known = Decimal(0)
                left = None if left is None else left - (known or Decimal(0))
                rest -= target or Decimal(0)
                yield Node(node_id, node.code, dimension, value, "sum", target, known)
            if rest or left:
                yield Node(node_id, node.code, dimension, REST, "sum", rest, left)

    def _factors(self, node_id: str, node: Node) -> Iterator[Node]:
        codes = [edge.child for edge in self.edges if (edge.relation, edge.parent) == ("product", node.code)]
        targets = {code: self.target(code, node.dimension, node.value) for code in codes}
        known = [value for value in targets.values() if value is not None]
        if node.dimension == "day" or (node.dimension != "all" and not known):
            return
        follows = None
        if len(known) == len(codes) - 1 and all(value > 0 for value in known) and node.target is not None:
            follows = float(node.target) / prod(map(float, known))
        for code, target in targets.items():
            kpi = self.kpi(code, node.dimension, node.value)
            value = follows if target is None else target
            yield Node(
                node_id, code, node.dimension, node.value, "product", value, kpi.value if kpi else None
            )


def target_trees(world: World, edges: Sequence[Edge]) -> dict[NodeKey, Node]:
    """All nodes of all trees."""
    nodes: dict[NodeKey, Node] = {}
    for app, code, grain, start, dimension, _ in world.targets:
        if dimension == "all" and code in world.meanings:
            for node_id, node in Tree(world, edges, app, grain, start).nodes(code).items():
                nodes[app, grain, start, node_id] = node
    return nodes
