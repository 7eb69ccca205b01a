import Numerics

/// The weights, delays and parameter indices of a projection's rows.
struct RowValues: Sendable {
    /// How a synapse's index among the free parameters follows from its place.
    enum Parameters {
        /// Its target, after this many parameters of earlier rows.
        case pair(Int)
        /// Consecutive from here.
        case from(Int)
        /// Written already by the geometry.
        case given(LocalRows)
    }

    private let weight: ValueRule
    private let delay: ValueRule
    private let weights: Philox
    private let delays: Philox
    private let targetCount: Int
    let maximumDelay: Int

    init(of projection: Projection, targetCount: Int, seed: UInt64) {
        weight = projection.weight
        delay = projection.delay
        weights = Philox(seed: seed, purpose: "weight/\(projection.name)")
        delays = Philox(seed: seed, purpose: "delay/\(projection.name)")
        self.targetCount = targetCount
        maximumDelay =
            switch projection.delay {
            case .constant(let value): Self.steps(value)
            case .drawn(let distribution): Self.steps(distribution.magnitudeBound.rounded(.up))
            case .tensor(let tensor): tensor.values.reduce(1) { max($0, Self.steps(Double($1))) }
            }
    }

    var commonDelay: Int? {
        if maximumDelay == 1 { return 1 }
        if case .constant(let value) = delay { return Self.steps(value) }
        return nil
    }

    var givenDenseWeights: [Float]? { if case .tensor(let tensor) = weight { tensor.values } else { nil } }

    /// A delay in whole steps, at least 1.
    private static func steps(_ value: Double) -> Int { max(1, Int(min(value.rounded(), 0x1p30))) }

    /// Adds weights, delays and parameters to a row whose targets are known.
    func fill(_ row: inout SynapseRow, source: Int, parameters: Parameters) {
        row.reserve(row.count)
        switch parameters {
        case .pair(let first):
            for target in row.targets { row.parameters.append(Int32(exactly: first + Int(target)) ?? -1) }
            fillWeights(&row, stream: weights.split(source)) { _, position in first + position }
            fillDelays(&row, stream: delays.split(source)) { _, position in first + position }
        case .from(let first):
            for k in 0..<row.count { row.parameters.append(Int32(exactly: first + k) ?? -1) }
            fillWeights(&row, stream: weights.split(source)) { k, _ in first + k }
            fillDelays(&row, stream: delays.split(source)) { k, _ in first + k }
        case .given(let rows): fillShared(&row, source: source, rows)
        }
    }

    /// - Parameter index: from the place in the row and the position to the index in a tensor.
    @inline(__always)
    private func fillWeights(_ row: inout SynapseRow, stream: Philox, _ index: (Int, Int) -> Int) {
        switch weight {
        case .constant(let value): row.weights.append(contentsOf: repeatElement(Float(value), count: row.count))
        case .drawn(.normal(let mean, let sigma)):
            var normals = NormalPairs(stream)
            forEachPosition(row.targets) { _, position in row.weights.append(Float(mean + sigma * normals.normal(position))) }
        case .drawn(.normalClippedToBoundary(let mean, let sigma, let low, let high)):
            var normals = NormalPairs(stream)
            forEachPosition(row.targets) { _, position in
                row.weights.append(Float(min(max(mean + sigma * normals.normal(position), low), high)))
            }
        case .drawn(let distribution):
            forEachPosition(row.targets) { _, position in row.weights.append(Float(distribution.sample(stream, position))) }
        case .tensor(let tensor):
            for k in 0..<row.targets.count { row.weights.append(tensor.values[index(k, Int(row.targets[k]))]) }
        }
    }

    @inline(__always)
    private func fillDelays(_ row: inout SynapseRow, stream: Philox, _ index: (Int, Int) -> Int) {
        switch delay {
        case .constant(let value): row.delays.append(contentsOf: repeatElement(Int32(Self.steps(value)), count: row.count))
        case .drawn(let distribution):
            forEachPosition(row.targets) { _, position in
                row.delays.append(Int32(min(Self.steps(distribution.sample(stream, position)), maximumDelay)))
            }
        case .tensor(let tensor):
            for k in 0..<row.targets.count { row.delays.append(Int32(Self.steps(Double(tensor.values[index(k, Int(row.targets[k]))])))) }
        }
    }

    /// The position of each synapse: its target, moved on by `targetCount` for each earlier synapse to the same target.
    @inline(__always)
    private func forEachPosition(_ targets: [Int32], _ body: (Int, Int) -> Void) {
        var occurrence = 0
        for k in targets.indices {
            occurrence = k > 0 && targets[k] == targets[k - 1] ? occurrence + 1 : 0
            body(k, Int(targets[k]) + occurrence * targetCount)
        }
    }

    /// Kernels share their entries' weights and delays; pooling scales the rule by its own weight.
    private func fillShared(_ row: inout SynapseRow, source: Int, _ rows: LocalRows) {
        let isKernel = rows.parameterCount > 0
        let scale = rows.fixedWeight
        for k in 0..<row.count {
            let index = isKernel ? Int(row.parameters[k]) : rows.channel(ofTarget: Int(row.targets[k]))
            let weight: Double =
                switch weight {
                case .constant(let value): value
                case .drawn(let distribution): distribution.sample(weights, index)
                case .tensor(let tensor): Double(tensor.values[tensor.values.count == 1 ? 0 : index])
                }
            row.weights.append(Float(weight * scale))
            let delay: Int =
                switch delay {
                case .constant(let value): Self.steps(value)
                case .drawn(let distribution): min(Self.steps(distribution.sample(delays, index)), maximumDelay)
                case .tensor(let tensor): Self.steps(Double(tensor.values[tensor.values.count == 1 ? 0 : index]))
                }
            row.delays.append(Int32(delay))
        }
    }
}
