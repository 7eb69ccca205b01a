// One import is enough for a team that checks its networks in its own tests.
@_exported public import Chips
@_exported public import Diagnostics
@_exported public import Drawing
@_exported public import Fidelity
@_exported public import FrontEnd
@_exported public import Learning
@_exported public import Lowering
@_exported public import Networks
@_exported public import Numerics
@_exported public import Passes
@_exported public import Simulation
@_exported public import Storage
@_exported public import Targets
