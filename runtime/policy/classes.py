"""The types of the classes that a mini-program defines, by which the guards know them."""


class ProgramType(type):
    """The type of every class that a mini-program defines; how the guards know one."""

    def __repr__(cls) -> str:
        return f"<class {cls.__name__}>"


class ProgramErrorType(ProgramType):
    """The same for exceptions, whose built-in bases have attributes of their own."""


def plain_repr(self: object) -> str:
    """Name an object without its address."""
    return f"<{type(self).__name__}>"


def is_of_program(cls: type, name: str) -> bool:
    """Tell whether ``name`` comes from a class that the mini-program wrote."""
    return any(name in each.__dict__ for each in cls.__mro__ if isinstance(each, ProgramType))
