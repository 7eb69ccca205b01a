public import Networks
public import Numerics

/// How the synapses of a population lie in the matrices of its cores; the same on every core, as sPyNNaker 7.4.1 lays them out
/// (`synaptic_matrix_app.py`, `synapse_io.py`).
///
/// Projections follow one another; each has a block of rows for the synapses that the ring buffer can hold, and one for those that come
/// through a delay extension. All rows of a block are as long as the longest of any core.
public struct SynapticMatrixPlan: Hashable, Sendable {
    public struct Block: Hashable, Sendable {
        public var projection: ID<Projection>
        public var isDelayed: Bool
        /// Words of a row behind its three counts; 0: there is no such block.
        public var rowLength: Int
        public var rowCount: Int
        /// From the start of the matrix, in bytes.
        public var offset: Int
        /// How its rows learn; nil: they do not.
        public var pairs: FixedPointPairs?

        public init(
            projection: ID<Projection>, isDelayed: Bool, rowLength: Int, rowCount: Int, offset: Int, pairs: FixedPointPairs? = nil
        ) {
            self.projection = projection
            self.isDelayed = isDelayed
            self.rowLength = rowLength
            self.rowCount = rowCount
            self.offset = offset
            self.pairs = pairs
        }

        /// Words of a row with its three counts.
        public var stride: Int { rowLength + 3 }
    }

    /// Words of a row before its synapses.
    public static let rowHeader = 3
    /// Blocks start at multiples of so many bytes.
    public static let alignment = 16

    /// Ordinary, then delayed where there are stages, by projection.
    public var blocks: [Block] = []
    public var writtenBytes = 0
    /// What sPyNNaker reserves: every source core rounded up by itself.
    public var reservedBytes = 8

    /// - Parameter lengths: the longest rows of each projection, ordinary and delayed.
    public init(into post: ID<Population>, _ cut: UniformCut, lengths: (ID<Projection>) -> RowLengths) {
        let network = cut.quantized.network
        for id in network.projections.ids where network.projections[id].post == post {
            let pre = network.projections[id].pre
            let stages = cut.stages(from: pre, into: post)
            let length = lengths(id)
            append(id, isDelayed: false, length.ordinary, repeats: 1, pre, cut)
            if stages > 0 {
                let held = cut.extensionStages(of: pre, steps: cut.steps(into: post))
                append(id, isDelayed: true, length.delayed, repeats: held, pre, cut)
            }
        }
    }

    private mutating func append(
        _ id: ID<Projection>, isDelayed: Bool, _ synapses: Int, repeats: Int, _ pre: ID<Population>, _ cut: UniformCut
    ) {
        let plasticity = cut.quantized.neurons(of: cut.quantized.network.projections[id].post)?.fixedPoint?.plasticity
        let pairs = plasticity.flatMap { $0.projections.contains(id) ? $0.pairs : nil }
        let length = pairs?.rowWords(synapses) ?? synapses
        let rows = cut.quantized.network.populations[pre].size * repeats
        let start = length > 0 ? Self.aligned(writtenBytes) : 0
        let block = Block(
            projection: id, isDelayed: isDelayed, rowLength: length, rowCount: length > 0 ? rows : 0, offset: start, pairs: pairs)
        blocks.append(block)
        guard length > 0 else { return }
        writtenBytes = start + rows * block.stride * 4
        for _ in 0..<cut.coreCount(pre) {
            reservedBytes = Self.aligned(reservedBytes) + cut.fullCore(pre) * repeats * block.stride * 4
        }
    }

    private static func aligned(_ bytes: Int) -> Int { (bytes + alignment - 1) / alignment * alignment }
}

/// The longest rows of a projection, of one source onto one core, in synapses.
public struct RowLengths: Hashable, Sendable {
    /// With delays that the ring buffer holds.
    public var ordinary = 0
    /// With delays of at least what it holds: those of exactly that count in both, as sPyNNaker counts them.
    public var delayed = 0

    public init(ordinary: Int = 0, delayed: Int = 0) {
        self.ordinary = ordinary
        self.delayed = delayed
    }

    /// Streams the rows of a projection once; dense ones with one delay are known from the cut.
    public init(_ id: ID<Projection>, _ cut: UniformCut) {
        let network = cut.quantized.network
        let projection = network.projections[id]
        let (post, steps) = (projection.post, cut.steps(into: projection.post))
        let hasStages = cut.stages(from: projection.pre, into: post) > 0
        let rows = SynapseRows(id, of: network)
        let offset = cut.quantized.synapses(of: id).delayOffset
        if rows.isDense, !hasStages || rows.commonDelay != nil {
            let delay = rows.commonDelay.map { $0 - offset } ?? 1
            let isLoop = rows.structure == .denseWithoutSelf && cut.coreCount(post) == 1
            let length = max(cut.fullCore(post) - (isLoop ? 1 : 0), 0)
            self.init(ordinary: !hasStages || delay <= steps ? length : 0, delayed: hasStages && delay >= steps ? length : 0)
            return
        }
        self.init()
        var row = SynapseRow()
        let size = cut.neuronsPerCore[post.index]
        for source in 0..<rows.sourceCount {
            if hasStages {
                rows.read(source, into: &row)
            } else {
                rows.readTargets(source, targets: 0..<rows.targetCount, into: &row)
            }
            var (core, near, far) = (-1, 0, 0)
            for n in 0..<row.count {
                let target = Int(row.targets[n])
                if target / size != core { (core, near, far) = (target / size, 0, 0) }
                let delay = hasStages ? Int(row.delays[n]) - offset : 1
                if !hasStages || delay <= steps { near += 1 }
                if hasStages, delay >= steps { far += 1 }
                ordinary = max(ordinary, near)
                delayed = max(delayed, far)
            }
        }
    }
}
