public import Lowering

/// What `spikewright passes` tells of a pass.
public struct PassDescription: Hashable, Sendable {
    public var name: String
    public var summary: String
    public var options: [PassOption]

    init(_ pass: (some Pass).Type) {
        name = pass.name
        summary = pass.summary
        options = pass.options
    }
}

/// All passes, in the order in which they run.
public let allPasses: [PassDescription] = [
    PassDescription(DeepRewiringPass.self),
    PassDescription(RateConversion.self),
    PassDescription(RelayDelays.self),
    PassDescription(Quantization.self),
    PassDescription(Partitioning.self),
    PassDescription(Placement.self),
    PassDescription(Routing.self),
]
