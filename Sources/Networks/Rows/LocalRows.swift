/// Rows of convolutions and poolings, from geometry alone: which outputs an input position reaches, and through which kernel entry.
///
/// One-dimensional ones are two-dimensional ones of height 1. A shape without channels has one channel.
struct LocalRows: Sendable {
    private let source: (channels: Int, height: Int, width: Int)
    private let target: (channels: Int, height: Int, width: Int)
    private let kernel: (height: Int, width: Int)
    private let stride: (height: Int, width: Int)
    private let padding: (height: Int, width: Int)
    private let dilation: (height: Int, width: Int)
    private let groups: Int
    /// 0 for poolings, whose weights are not free.
    let parameterCount: Int
    /// What the rule's weight is multiplied by: 1 for convolutions and sums, 1 / window for averages.
    let fixedWeight: Double

    init(_ convolution: Convolution, source: [Int], target: [Int]) {
        let rank = convolution.rank
        self.source = Self.volume(source, rank: rank)
        self.target = Self.volume(target, rank: rank)
        kernel = Self.plane(convolution.kernel, 1)
        stride = Self.plane(convolution.stride, 1)
        padding = Self.plane(convolution.padding, 0)
        dilation = Self.plane(convolution.dilation, 1)
        groups = convolution.groups
        precondition(
            self.source.channels % groups == 0 && self.target.channels % groups == 0,
            "bug: \(groups) groups over \(self.source.channels) and \(self.target.channels) channels")
        parameterCount = self.target.channels * (self.source.channels / groups) * kernel.height * kernel.width
        fixedWeight = 1
    }

    init(_ pooling: Pooling, source: [Int], target: [Int]) {
        let rank = pooling.window.count
        self.source = Self.volume(source, rank: rank)
        self.target = Self.volume(target, rank: rank)
        kernel = Self.plane(pooling.window, 1)
        stride = Self.plane(pooling.stride, 1)
        padding = (0, 0)
        dilation = (1, 1)
        groups = self.source.channels
        precondition(self.source.channels == self.target.channels, "bug: pooling changes the number of channels")
        parameterCount = 0
        fixedWeight = pooling.kind == .sum ? 1 : 1 / Double(kernel.height * kernel.width)
    }

    private static func volume(_ shape: [Int], rank: Int) -> (channels: Int, height: Int, width: Int) {
        precondition(shape.count == rank || shape.count == rank + 1, "bug: shape \(shape) in \(rank) dimensions")
        let channels = shape.count == rank ? 1 : shape[0]
        let plane = plane(Array(shape.suffix(rank)), 1)
        return (channels, plane.height, plane.width)
    }

    private static func plane(_ values: [Int], _ missing: Int) -> (height: Int, width: Int) {
        values.count == 1 ? (missing, values[0]) : (values[0], values[1])
    }

    func channel(ofTarget target: Int) -> Int { target / (self.target.height * self.target.width) }

    /// Every way in which `position` of an axis is reached, as (output, kernel entry), outputs ascending.
    @inline(__always)
    private static func forEachReached(
        _ position: Int, kernel: Int, stride: Int, padding: Int, dilation: Int, size: Int, _ body: (Int, Int) -> Void
    ) {
        for entry in Swift.stride(from: kernel - 1, through: 0, by: -1) {
            let start = position + padding - entry * dilation
            if start >= 0, start % stride == 0, start / stride < size { body(start / stride, entry) }
        }
    }

    /// Fills targets and parameters.
    func read(_ index: Int, targets range: Range<Int>, into row: inout SynapseRow) {
        let (channel, place) = index.quotientAndRemainder(dividingBy: source.height * source.width)
        let (y, x) = place.quotientAndRemainder(dividingBy: source.width)
        let (sourcesPerGroup, targetsPerGroup) = (source.channels / groups, target.channels / groups)
        let (group, channelInGroup) = channel.quotientAndRemainder(dividingBy: sourcesPerGroup)
        let area = target.height * target.width
        for output in group * targetsPerGroup..<(group + 1) * targetsPerGroup {
            if (output + 1) * area <= range.lowerBound || output * area >= range.upperBound { continue }
            let firstParameter = (output * sourcesPerGroup + channelInGroup) * kernel.height * kernel.width
            Self.forEachReached(
                y, kernel: kernel.height, stride: stride.height, padding: padding.height, dilation: dilation.height, size: target.height
            ) { outputY, kernelY in
                Self.forEachReached(
                    x, kernel: kernel.width, stride: stride.width, padding: padding.width, dilation: dilation.width, size: target.width
                ) { outputX, kernelX in
                    let target = output * area + outputY * target.width + outputX
                    guard range.contains(target) else { return }
                    row.targets.append(Int32(target))
                    row.parameters.append(parameterCount == 0 ? -1 : Int32(firstParameter + kernelY * kernel.width + kernelX))
                }
            }
        }
    }

    /// Equal for sources that reach the same targets: the channels of a group at one place.
    func pattern(of index: Int) -> Int {
        let (channel, place) = index.quotientAndRemainder(dividingBy: source.height * source.width)
        return channel / (source.channels / groups) * source.height * source.width + place
    }

    func firstSource(ofPattern pattern: Int) -> Int {
        let (group, place) = pattern.quotientAndRemainder(dividingBy: source.height * source.width)
        return group * (source.channels / groups) * source.height * source.width + place
    }

    var patternCount: Int { groups * source.height * source.width }

    func count(of index: Int) -> Int {
        let (y, x) = (index % (source.height * source.width)).quotientAndRemainder(dividingBy: source.width)
        return target.channels / groups * waysVertically(y) * waysHorizontally(x)
    }

    var synapseCount: Int {
        source.channels * (target.channels / groups) * (0..<source.height).reduce(0) { $0 + waysVertically($1) }
            * (0..<source.width).reduce(0) { $0 + waysHorizontally($1) }
    }

    private func waysVertically(_ y: Int) -> Int {
        var ways = 0
        Self.forEachReached(
            y, kernel: kernel.height, stride: stride.height, padding: padding.height, dilation: dilation.height, size: target.height
        ) { _, _ in ways += 1 }
        return ways
    }

    private func waysHorizontally(_ x: Int) -> Int {
        var ways = 0
        Self.forEachReached(
            x, kernel: kernel.width, stride: stride.width, padding: padding.width, dilation: dilation.width, size: target.width
        ) { _, _ in ways += 1 }
        return ways
    }
}
