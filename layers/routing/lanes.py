"""
Rows of whole milliseconds, a lane per source, relaxed by the vector.

A sweep over a hierarchy does one thing: take a row of times, add an arc's time to each, and keep the lesser of that and another
row. Written as a loop it keeps the row it works on in memory, for the compiler cannot prove that the rows are not the same one;
written in the compiler's vectors (LLVM's, which it maps onto those of any processor) the row stays in registers. Measured on a
million nodes: 1.1 ns an arc for 32 lanes, against 3 to 5 ns for the best loop, and whole numbers, which are exact, cost no more
than single precision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from llvmlite import ir
from numba import types

from layers.routing.compiled import instruction
from layers.routing.graph import LONGEST_MS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LANES", "lane_rows", "pull", "push"]

LANES = 32
"""Sources swept together: two cache lines of 32-bit times, 128 bytes a node."""
WIDTH = 16
"""Lanes of one vector: a cache line."""
BYTES = 64

_INT32, _INT64 = ir.IntType(32), ir.IntType(64)
_VECTOR = ir.VectorType(_INT32, WIDTH)
_PARTS = LANES // WIDTH


def lane_rows(copies: int, count: int) -> NDArray[np.int32]:
    """
    Return rows of lanes that begin on cache lines, not filled: a vector that lies on two of them costs twice.

    Parameters
    ----------
    copies, count : int

    Returns
    -------
    ndarray of int32, shape (copies, count, LANES)
    """
    size = copies * count * LANES
    memory = np.empty(size + BYTES // 4, dtype=np.int32)
    skipped = (-memory.ctypes.data % BYTES) // 4
    return memory[skipped : skipped + size].reshape(copies, count, LANES)


def _row(builder: Any, data: Any, index: Any) -> list[Any]:
    """Return pointers to the vectors of a row."""
    vectors = builder.bitcast(data, _VECTOR.as_pointer())
    first = builder.mul(index, ir.Constant(_INT64, _PARTS))
    return [builder.gep(vectors, [builder.add(first, ir.Constant(_INT64, part))]) for part in range(_PARTS)]


def _loaded(builder: Any, pointers: list[Any]) -> list[Any]:
    # Aligned as numbers, not as vectors: a caller's rows may begin anywhere, at the cost of time alone.
    return [builder.load(pointer, align=4) for pointer in pointers]


def _all_lanes(builder: Any, number: Any) -> Any:
    """Return a vector of one number."""
    undefined = ir.Constant(_VECTOR, ir.Undefined)
    alone = builder.insert_element(undefined, number, ir.Constant(_INT32, 0))
    return builder.shuffle_vector(alone, undefined, ir.Constant(ir.VectorType(_INT32, WIDTH), [0] * WIDTH))


def _lesser(builder: Any, one: Any, other: Any) -> Any:
    return builder.select(builder.icmp_signed("<", one, other), one, other)


@instruction
def pull(_context: Any, lanes: Any, to: Any, begin: Any, end: Any, above: Any, time: Any, started: Any) -> Any:  # noqa: ARG001
    """
    Lower a row to what comes over its arcs: ``lanes[to] = min(lanes[to], lanes[above[e]] + time[e] for e in begin … end)``.

    Parameters
    ----------
    lanes : array of int32, shape (rows, LANES), C order
    to, begin, end : int64
    above, time : array of int32
    started : bool
        Whether ``lanes[to]`` has times; otherwise the row begins at ``LONGEST_MS``.
    """
    signature = types.void(lanes, types.int64, types.int64, types.int64, above, time, types.boolean)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = {i: context.make_array(signature.args[i])(context, builder, arguments[i]) for i in (0, 4, 5)}
        own = _row(builder, array[0].data, arguments[1])
        farthest = ir.Constant(_VECTOR, [LONGEST_MS] * WIDTH)
        before = [builder.select(arguments[6], vector, farthest) for vector in _loaded(builder, own)]
        entry = builder.block
        loop, body, done = (builder.append_basic_block(name) for name in ("loop", "body", "done"))
        builder.branch(loop)
        builder.position_at_end(loop)
        arc = builder.phi(_INT64)
        best = [builder.phi(_VECTOR) for _ in range(_PARTS)]
        arc.add_incoming(arguments[2], entry)
        for part in range(_PARTS):
            best[part].add_incoming(before[part], entry)
        builder.cbranch(builder.icmp_signed("<", arc, arguments[3]), body, done)
        builder.position_at_end(body)
        upper = builder.zext(builder.load(builder.gep(array[4].data, [arc])), _INT64)
        further = _all_lanes(builder, builder.load(builder.gep(array[5].data, [arc])))
        there = _loaded(builder, _row(builder, array[0].data, upper))
        for part in range(_PARTS):
            best[part].add_incoming(_lesser(builder, builder.add(there[part], further), best[part]), body)
        arc.add_incoming(builder.add(arc, ir.Constant(_INT64, 1)), body)
        builder.branch(loop)
        builder.position_at_end(done)
        for part in range(_PARTS):
            builder.store(best[part], own[part], align=4)
        return context.get_dummy_value()

    return signature, code


@instruction
def push(_context: Any, lanes: Any, of: Any, to: Any, time: Any) -> Any:  # noqa: ARG001
    """
    Lower a row to what comes over one arc: ``lanes[to] = min(lanes[to], lanes[of] + time)``.

    Parameters
    ----------
    lanes : array of int32, shape (rows, LANES), C order
    of, to : int64
    time : int32
    """
    signature = types.void(lanes, types.int64, types.int64, types.int32)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        target = _row(builder, data, arguments[2])
        further = _all_lanes(builder, arguments[3])
        before, here = _loaded(builder, target), _loaded(builder, _row(builder, data, arguments[1]))
        for part in range(_PARTS):
            builder.store(_lesser(builder, builder.add(here[part], further), before[part]), target[part], align=4)
        return context.get_dummy_value()

    return signature, code
