"""
Asking for memory before it is needed: a search that hops through a big graph waits for it half its time.

The processor is told to fetch; nothing else changes, and a processor that cannot does nothing.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types

from layers.routing.compiled import instruction

__all__ = ["prefetch"]

_INT32 = ir.IntType(32)
_READ, _KEEP, _DATA = (ir.Constant(_INT32, value) for value in (0, 3, 1))


@instruction
def prefetch(_context: Any, array: Any, index: Any) -> Any:  # noqa: ARG001
    """
    Fetch the cache line of an entry; the entry need not be there.

    Parameters
    ----------
    array : array, C order
    index : int64
        Position in the flat array.
    """
    signature = types.void(array, types.int64)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        address = builder.bitcast(builder.gep(data, [arguments[1]]), ir.IntType(8).as_pointer())
        kind = ir.FunctionType(ir.VoidType(), [address.type, _INT32, _INT32, _INT32])
        builder.call(
            builder.module.declare_intrinsic("llvm.prefetch", [address.type], kind), [address, _READ, _KEEP, _DATA]
        )
        return context.get_dummy_value()

    return signature, code
