"""The contract's message classes and enum values. Type checkers read messages.pyi."""

from sluice_worker.contract.descriptors import enum_values, message_classes

globals().update(message_classes)
globals().update(enum_values())
