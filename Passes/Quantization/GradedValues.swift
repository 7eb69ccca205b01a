import Chips
import Lowering
import Networks
import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Values that neurons send: how many bits of a spike they use, so that nothing that may arrive at once leaves the registers.
///
/// Values of rate units lie within -1...1, as `RateConversion` makes them; what is beyond is cut.
extension Quantization {
    /// The integer that a value of 1 of a population becomes; 1 for spikes.
    ///
    /// For rate units it is as large as a spike can carry and all targets can take: with fewer bits values lose precision, with more of
    /// them weights would.
    /// - Parameter bounds: by projection, `arrivalBound`.
    func payloadScales(of network: Network, _ bounds: [Double], _ statistics: [WeightStatistics]) -> [Double] {
        network.populations.ids.map { id in
            guard network.populations[id].cell.neuron?.kind == .rate else { return integerOfOne(of: id, in: network) }
            var most = Double(chip.arithmetic.largestGradedValue)
            for projection in network.projections.ids where network.projections[projection].pre == id {
                let post = network.projections[projection].post
                guard statistics[projection.index].range > 0, let dynamics = network.dynamics(of: post) else { continue }
                let all = network.projections.ids.filter { network.projections[$0].post == post }.reduce(0) { $0 + bounds[$1.index] }
                most = min(most, largestPayload(of: statistics[projection.index], into: dynamics, all: all))
            }
            return max(most.rounded(.down), 1)
        }
    }

    /// The largest integer of a value that leaves a projection's weights their bits.
    /// - Parameter all: what may arrive at a neuron at once, from all projections.
    private func largestPayload(of statistics: WeightStatistics, into dynamics: Dynamics, all: Double) -> Double {
        let mantissa = Double(mantissaLimit(mode(of: statistics)))
        switch chip.arithmetic {
        case .integerCurrent:
            // The finest weights have the lowest exponent.
            let lowest = pow(2, Double(chip.formats.weight.shift + chip.formats.weight.exponent.lowerBound))
            let state = min(largestScale(of: dynamics), stateLimit / max(all + largestDrive(of: dynamics), .leastNormalMagnitude))
            let partial = Double(Int32.max) / max(all, .leastNormalMagnitude)
            return min(state / lowest, partial) * statistics.range / mantissa
        default:
            // Sums of 32 bits: values get as many of them as weights.
            let product = Double(Int32.max) * statistics.range / max(all, .leastNormalMagnitude)
            return max(product.squareRoot(), product / mantissa)
        }
    }

    /// What a membrane and the sum on its way there can hold.
    var stateLimit: Double {
        guard case .integerCurrent(let arithmetic) = chip.arithmetic else { return Double(Int32.max) }
        return Double(1 << min(arithmetic.stateBits, arithmetic.accumulatorBits ?? 30)) - 1
    }

    func largestDrive(of dynamics: Dynamics) -> Double { dynamics.drive.map(abs).max() ?? 0 }

    /// Whether values of rate units arrive at a population, or at its rate units anything does.
    func isGraded(_ id: ID<Population>, in network: Network) -> Bool {
        func isRate(_ id: ID<Population>) -> Bool { network.populations[id].cell.neuron?.kind == .rate }
        return isRate(id) || network.projections.contains { $0.post == id && isRate($0.pre) }
    }

    /// The largest sum of jumps that a projection may bring to a neuron in a step, when all of its sources send the most that they can:
    /// values of 1, an encoder's gain, a spike. 0 where no rate units take part.
    func arrivalBound(of id: ID<Projection>, in network: Network, _ statistics: WeightStatistics) -> Double {
        let projection = network.projections[id]
        guard isGraded(projection.post, in: network) else { return 0 }
        var most = 1.0
        if let task = network.task, task.input == projection.pre, case .direct(let gain) = task.encoder { most = abs(gain) }
        let rows = SynapseRows(id, of: network)
        let quantizer = jumps(of: id, in: network)
        // A weight may be rounded away from 0, by a step of mixed weights at most.
        let mantissas = Double(mantissaLimit(mode(of: statistics)))
        let step = rounding == .towardZero || mantissas == 0 ? 0 : (rounding == .stochastic ? 2 : 1) * statistics.range / mantissas
        let size = network.populations[projection.post].size
        let parts = parallelMap(rowRanges(rows.sourceCount), threads: threads) { sources in
            var sums = [Double](repeating: 0, count: size)
            var row = SynapseRow()
            for source in sources {
                rows.read(source, into: &row)
                for n in 0..<row.count where row.weights[n] != 0 {
                    let target = Int(row.targets[n])
                    sums[target] += abs(quantizer.jump(of: row.weights[n], target: target)) + step
                }
            }
            return sums
        }
        var sums = [Double](repeating: 0, count: size)
        for part in parts { for target in sums.indices { sums[target] += part[target] } }
        return most * (sums.max() ?? 0)
    }

    /// How rate units make the values that they send.
    /// - Parameter one: the integer that a value of 1 becomes.
    func gradedUnits(of id: ID<Population>, _ dynamics: Dynamics, in network: Network, scale: Double, one: Double) -> [GradedUnit]? {
        guard dynamics.isRate else { return nil }
        // Readouts that nobody listens to send nothing.
        guard network.projections.contains(where: { $0.pre == id }) else {
            return dynamics.negativeSlope.map { _ in GradedUnit(multiplier: 0, multiplierBelow: 0, shift: 0, largest: Int(one)) }
        }
        let most = Double((1 << GradedUnit.multiplierBits) - 1)
        let gain = one / scale
        // The largest shift at which the largest multiplier still has its bits.
        let steepest = gain * max(1, dynamics.negativeSlope.map(abs).max() ?? 0)
        let shift = steepest > 0 ? Int(max(0, min(47, log2(most / steepest).rounded(.down)))) : 0
        func multiplier(_ slope: Double) -> Int {
            Int(min(max((slope * gain * pow(2, Double(shift))).rounded(.toNearestOrEven), -most), most))
        }
        return dynamics.negativeSlope.map {
            GradedUnit(multiplier: multiplier(1), multiplierBelow: multiplier($0), shift: shift, largest: Int(one))
        }
    }
}
