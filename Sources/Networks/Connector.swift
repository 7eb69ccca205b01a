/// The rule that says which neurons of two populations are connected; never the list of synapses, unless the user lists them.
public enum Connector: Hashable, Sendable {
    case allToAll(allowSelf: Bool)
    case oneToOne
    /// Every ordered pair with probability `p`.
    case fixedProbability(Double, allowSelf: Bool)
    /// Each postsynaptic neuron has `count` presynaptic ones.
    case fixedNumberPre(Int, withReplacement: Bool, allowSelf: Bool)
    /// Each presynaptic neuron has `count` postsynaptic ones.
    case fixedNumberPost(Int, withReplacement: Bool, allowSelf: Bool)
    /// `count` synapses, source and target drawn uniformly with replacement.
    case fixedTotalNumber(Int, allowSelf: Bool)
    /// The synapses themselves, sorted by source, then target.
    case list([Pair])
    case convolution(Convolution)
    case pooling(Pooling)

    public struct Pair: Hashable, Sendable {
        public var source: Int32
        public var target: Int32

        public init(source: Int32, target: Int32) {
            self.source = source
            self.target = target
        }
    }

    public var name: String {
        switch self {
        case .allToAll: "all_to_all"
        case .oneToOne: "one_to_one"
        case .fixedProbability: "fixed_probability"
        case .fixedNumberPre: "fixed_number_pre"
        case .fixedNumberPost: "fixed_number_post"
        case .fixedTotalNumber: "fixed_total_number"
        case .list: "list"
        case .convolution(let convolution): convolution.rank == 1 ? "conv1d" : "conv2d"
        case .pooling(let pooling): pooling.kind == .sum ? "sum_pool" : "avg_pool"
        }
    }
}

/// A convolution over [channels, length] or [channels, height, width]; cross-correlation, as all training frameworks mean it.
///
/// Kernel weights have the shape [target channels, source channels / groups, kernel…], row-major.
public struct Convolution: Hashable, Sendable {
    /// One entry per spatial axis.
    public var kernel: [Int]
    public var stride: [Int]
    public var padding: [Int]
    public var dilation: [Int]
    public var groups: Int

    public init(kernel: [Int], stride: [Int], padding: [Int], dilation: [Int], groups: Int = 1) {
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
    }

    /// 1 or 2.
    public var rank: Int { kernel.count }

    /// The spatial size behind the convolution: `floor((in + 2 padding - dilation (kernel - 1) - 1) / stride) + 1` on each axis.
    public func outputSize(of input: [Int]) -> [Int] {
        (0..<rank).map { (input[$0] + 2 * padding[$0] - dilation[$0] * (kernel[$0] - 1) - 1) / stride[$0] + 1 }
    }
}

/// Pooling over the spatial axes of [channels, height, width]: every synapse has the weight 1 (sum) or 1/window (average), times the rule's.
public struct Pooling: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable { case sum, average }

    public var kind: Kind
    public var window: [Int]
    public var stride: [Int]

    public init(_ kind: Kind, window: [Int], stride: [Int]) {
        self.kind = kind
        self.window = window
        self.stride = stride
    }

    public func outputSize(of input: [Int]) -> [Int] { window.indices.map { (input[$0] - window[$0]) / stride[$0] + 1 } }
}
