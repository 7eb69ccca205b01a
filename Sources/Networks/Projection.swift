public import Diagnostics
public import Numerics

/// A bundle of synapses between two populations.
public struct Projection: Hashable, Sendable {
    /// Unique; `pre->post` unless the user names it.
    public var name: String
    public var pre: ID<Population>
    public var post: ID<Population>
    public var connector: Connector
    public var weight: ValueRule
    /// In time steps, at least 1: a spike of step t acts in step t + delay.
    public var delay: ValueRule
    public var receptor: Receptor
    /// Whether a learning rule may change the weights.
    public var isTrainable: Bool
    public var place: SourceRange?

    public init(
        _ name: String, from pre: ID<Population>, to post: ID<Population>, _ connector: Connector, weight: ValueRule,
        delay: ValueRule = .constant(1), receptor: Receptor = .bySign, isTrainable: Bool = true, place: SourceRange? = nil
    ) {
        self.name = name
        self.pre = pre
        self.post = post
        self.connector = connector
        self.weight = weight
        self.delay = delay
        self.receptor = receptor
        self.isTrainable = isTrainable
        self.place = place
    }
}

/// Which synaptic current a projection feeds.
public enum Receptor: String, CaseIterable, Hashable, Sendable {
    case excitatory, inhibitory
    /// Weights of 0 and above are excitatory, those below inhibitory.
    case bySign = "by_sign"
}

/// Where weights or delays come from.
public enum ValueRule: Hashable, Sendable {
    case constant(Double)
    case drawn(Distribution)
    /// Given numbers; see `Tensor` for the shape that a connector asks for.
    case tensor(Tensor)
}

/// Given numbers of a projection, row-major.
///
/// Shapes: all_to_all `[pre.size × post.size]`; one_to_one `[size]`; list `[synapses]`, in the order of the list; convolutions the
/// kernel; fixed_* connectors have none, for their synapses are not known before they are drawn.
public struct Tensor: Hashable, Sendable {
    public var shape: [Int]
    public var values: [Float]
    /// Where the numbers were read from, as the user wrote it (`weights.h5:/hidden/weight`), for printing.
    public var origin: String?

    public init(shape: [Int], values: [Float], origin: String? = nil) {
        self.shape = shape
        self.values = values
        self.origin = origin
    }
}
