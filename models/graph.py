"""What a prepared graph is told when it is loaded: to give its tokens' vectors, and to stay small."""

import math
from typing import Any, Final

from models.quiet_openvino import openvino

_LARGE: Final = 1 << 20
"""Numbers of a table that is worth it."""


def look_up_before_widening(model: Any) -> int:
    """Have rows of large int8 tables looked up first and made floats afterwards; return how many tables.

    Written the other way round, as quantising leaves it, OpenVINO widens the whole table when it
    compiles: 47 MB of a word table in each process, instead of 12 MB mapped from the file, which
    processes share. A row's numbers are the same bit for bit, and so are the vectors.
    """
    tables = [node for node in model.get_ordered_ops() if _widens_a_table(node)]
    for look_up in tables:
        widened, rows, axis = (look_up.input_value(place) for place in range(3))
        product = widened.get_node()
        numbers, scale = product.input_value(0).get_node().input_value(0), product.input_value(1)
        ops = openvino.opset13
        narrow = ops.convert(ops.gather(numbers, rows, axis), "f32")
        wide = ops.multiply(narrow, ops.gather(scale, rows, axis))
        for taker in look_up.output(0).get_target_inputs():
            taker.replace_source_output(wide.output(0))
    model.validate_nodes_and_infer_types()
    return len(tables)


def _widens_a_table(node: Any) -> bool:
    """Whether ``node`` takes rows of a large table times scales, both constant, one scale a row."""
    if node.get_type_name() != "Gather" or not _is_zero(node.input_value(2).get_node()):
        return False
    product = node.input_value(0).get_node()
    if product.get_type_name() != "Multiply":
        return False
    wide, scale = (product.input_value(place).get_node() for place in range(2))
    if wide.get_type_name() != "Convert" or scale.get_type_name() != "Constant":
        return False
    table = wide.input_value(0).get_node()
    if table.get_type_name() != "Constant" or math.prod(table.shape) < _LARGE:
        return False
    return list(scale.shape) == [table.shape[0], 1]


def _is_zero(axis: Any) -> bool:
    return axis.get_type_name() == "Constant" and not axis.get_data().any()


def tell_tokens(model: Any, dim: int) -> bool:
    """Have the graph also tell what it pools, the vectors of tokens; say whether it can.

    That is the last tensor of a row for every token, as wide as the pooled vectors. (Measured: the
    pooled vectors stay the same bit for bit, and nothing gets slower.)
    """
    for node in reversed(model.get_ordered_ops()):
        if node.get_type_name() in ("Result", "Constant") or node.get_output_size() != 1:
            continue
        shape = node.output(0).get_partial_shape()
        if not shape.rank.is_static or shape.rank.get_length() != 3:
            continue
        wide = shape[2].is_static and shape[2].get_length() == dim
        if wide and shape[1].is_dynamic:
            model.add_outputs([node.output(0)])
            return True
        return False
    return False
