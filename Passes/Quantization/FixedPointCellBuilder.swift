import Chips
import Lowering
import Networks
import Numerics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Makes the words of a population's neurons from the model's coefficients per step.
///
/// Time constants are those whose exponentials come nearest to the model's decays; capacitances are chosen so that a weight moves the
/// membrane by what the model says, given the decays that the machine really computes.
struct FixedPointCellBuilder {
    let cell: FixedPointArithmetic.Cell
    let dynamics: Dynamics
    let model: NeuronModel
    let timestep: Double
    let arithmetic: FixedPointArithmetic
    let isNormalized: Bool
    /// The model's capacitances, in nF; empty when it has none.
    let capacitances: [Double]
    /// What did not fit 32 bits first: a column and a value.
    private(set) var firstOutOfRange: (column: FixedPointNeurons.Column, value: Double)?

    init(
        cell: FixedPointArithmetic.Cell, dynamics: Dynamics, model: NeuronModel, timestep: Double, arithmetic: FixedPointArithmetic,
        isNormalized: Bool, random: Philox
    ) {
        self.cell = cell
        self.dynamics = dynamics
        self.model = model
        self.timestep = timestep
        self.arithmetic = arithmetic
        self.isNormalized = isNormalized
        // The stream from which `Dynamics` draws them.
        capacitances =
            model.kind.definition(of: .cm) == nil
            ? [] : model[.cm].values(count: dynamics.count, random: Philox(seed: random.bits(0), purpose: ParameterName.cm.rawValue))
    }

    /// The time constant with a decay, in ms; beyond 11 time constants in a step nothing is left in s16.15.
    static func timeConstant(_ decay: Double, _ step: Double) -> Double { decay <= exp(-11) ? step / 11 : -step / log(decay) }

    /// Whether the machine can tell a decay from 1.
    static func hasLeak(_ decay: Double, timestep: Double, _ arithmetic: FixedPointArithmetic) -> Bool {
        guard decay < 1 else { return false }
        let tau = timeConstant(decay, timestep)
        guard tau < 65_535 else { return false }
        let step = Accum.nearest(timestep) / Int32(arithmetic.substeps)
        return step > 0 && Accum.nearest(tau) > 0
            && LibraryExponential.accum(-Accum.quotient(step, Accum.nearest(tau))) < Accum.one
    }

    /// Units of potential per unit of the model's. Models without units get the largest power of two that leaves the sums of a step, and
    /// what the membrane settles at when they last, within 32 bits.
    /// - Parameter bounds: the sums that arrive in a step, by receptor, in the model's unit of weights.
    func potentialScale(bounds: [Double]) -> Double {
        guard isNormalized else { return 1 }
        let most = 256.0
        let largest = bounds.max() ?? 0
        var needed = 0.0
        for n in 0..<dynamics.count {
            let settled = min(1 / max(1 - dynamics.membraneDecay[n], 1.0 / 64), 64)
            for receptor in 0..<FixedPointArithmetic.receptors {
                let lasting = 1 / max(1 - dynamics.currentDecay[receptor][n], 1.0 / 64)
                needed = max(needed, 2 * largest * abs(dynamics.currentGain[receptor][n]) * settled * lasting)
            }
            needed = max(needed, abs(dynamics.drive[n]) * settled + 4 * abs(dynamics.threshold[n]) + abs(dynamics.initialMembrane[n]))
        }
        guard needed > 0, needed.isFinite else { return most }
        var scale = most
        while scale > 1.0 / 1024, scale * needed > 32_768 { scale /= 2 }
        return scale
    }

    mutating func neurons(scale: Double, shifts: [Int], addedDelay: Int, longestDelay: Int) -> FixedPointNeurons {
        firstOutOfRange = nil
        var neurons = FixedPointNeurons(
            cell: cell, potentialScale: scale, origin: [], spikes: dynamics.spikes, addedDelay: addedDelay, shifts: shifts,
            longestDelay: longestDelay, timestep: Accum.nearest(timestep), words: [])
        let columns = FixedPointNeurons.columns(of: cell)
        neurons.words = [[Int32]](repeating: [], count: columns.count)
        for index in columns.indices { neurons.words[index].reserveCapacity(dynamics.count) }
        for n in 0..<dynamics.count {
            let values = cell == .threshold ? ownWords(n, scale) : releasedWords(n, scale)
            for (index, column) in columns.enumerated() { neurons.words[index].append(values[column] ?? 0) }
            // Released cells count potentials as the model writes them, the own cell from rest.
            neurons.origin.append(cell == .threshold ? 0 : -dynamics.rest[n])
        }
        return neurons
    }

    private typealias Words = [FixedPointNeurons.Column: Int32]

    private mutating func word(_ value: Double, _ column: FixedPointNeurons.Column) -> Int32 {
        guard abs(value) < 65_536 else {
            firstOutOfRange = firstOutOfRange ?? (column, value)
            return 0
        }
        return Accum.nearest(value)
    }

    /// One more than the threshold where it must be passed, not met.
    private mutating func threshold(_ value: Double) -> Int32 {
        guard dynamics.spikes else { return .max }
        let word = word(value, .threshold)
        return dynamics.comparison == .above ? word &+ 1 : word
    }

    private mutating func releasedWords(_ n: Int, _ scale: Double) -> Words {
        let rest = dynamics.rest[n]
        let step = Accum.nearest(timestep) / Int32(arithmetic.substeps)
        let substep = timestep / Double(arithmetic.substeps)
        func decayed(_ decay: Double) -> Double { arithmetic.substeps == 1 ? decay : pow(decay, 1 / Double(arithmetic.substeps)) }
        var words: Words = [
            .membrane: word((rest + dynamics.initialMembrane[n]) * scale, .membrane), .rest: word(rest * scale, .rest),
            .membraneTime: max(word(Self.timeConstant(decayed(dynamics.membraneDecay[n]), substep), .membraneTime), 1),
            .reset: dynamics.spikes ? word((rest + dynamics.resetValue[n]) * scale, .reset) : 0,
            .refractoryTime: Int32(clamping: dynamics.refractorySteps[n] * arithmetic.substeps * Int(step)),
            .threshold: threshold((rest + dynamics.threshold[n]) * scale), .capacitance: Accum.one,
        ]
        if cell != .currentDelta {
            words[.excitatoryTime] = max(
                word(Self.timeConstant(decayed(dynamics.currentDecay[0][n]), substep), .excitatoryTime), 1)
            words[.inhibitoryTime] = max(
                word(Self.timeConstant(decayed(dynamics.currentDecay[1][n]), substep), .inhibitoryTime), 1)
        }
        if cell == .conductanceExponential {
            words[.excitatoryReversal] = word((rest + dynamics.reversal[0][n]) * scale, .excitatoryReversal)
            words[.inhibitoryReversal] = word((rest + dynamics.reversal[1][n]) * scale, .inhibitoryReversal)
        }
        addCapacitance(n, &words)
        // What a step adds without input: (1 - kept) · R · offset.
        let constants = constants(of: words)
        let kept = pow(Accum.value(constants.membraneDecay), Double(arithmetic.substeps))
        let pull = (1 - kept) * Accum.value(constants.resistance)
        words[.offset] = pull > 0 ? word(dynamics.drive[n] * scale / pull, .offset) : 0
        return words
    }

    /// The capacitance with which a weight moves the membrane as the model says.
    private mutating func addCapacitance(_ n: Int, _ words: inout Words) {
        let keepsCapacitance = cell == .conductanceExponential || (cell == .currentExponential && model.integration == .exact)
        if keepsCapacitance, !capacitances.isEmpty {
            words[.capacitance] = max(word(capacitances[n], .capacitance), 1)
            return
        }
        let constants = constants(of: words)
        let kept = Accum.value(constants.membraneDecay)
        let jump =
            cell == .currentDelta
            ? Accum.value(constants.inverseStep) : (Double(constants.jump.0) + Double(constants.jump.1)) / 2 / 0x1p32
        let gain = (dynamics.currentGain[0][n] + dynamics.currentGain[1][n]) / 2
        guard gain > 0, let time = words[.membraneTime] else { return }
        let value = Double(time) / Double(Accum.one) * (1 - kept) * jump / gain
        words[.capacitance] = max(word(value, .capacitance), 1)
    }

    private func constants(of words: Words) -> FixedPointConstants {
        var neurons = FixedPointNeurons(
            cell: cell, potentialScale: 1, origin: [0], spikes: dynamics.spikes, addedDelay: 0, shifts: [0, 0], longestDelay: 0,
            timestep: Accum.nearest(timestep), words: [])
        neurons.words = FixedPointNeurons.columns(of: cell).map { [words[$0] ?? 0] }
        return FixedPointConstants(neurons.released(0), cell.model ?? .currentDelta, substeps: arithmetic.substeps)
    }

    private mutating func ownWords(_ n: Int, _ scale: Double) -> Words {
        func fraction(_ value: Double) -> Int32 {
            Int32(bitPattern: value >= 1 ? .max : UInt32(min((value * 0x1p32).rounded(.toNearestOrEven), Double(UInt32.max))))
        }
        let isExponential = dynamics.synapse == .exponential
        return [
            .membrane: word(dynamics.initialMembrane[n] * scale, .membrane), .decay: fraction(dynamics.membraneDecay[n]),
            .excitatoryGain: word(dynamics.currentGain[0][n], .excitatoryGain),
            .inhibitoryGain: word(dynamics.currentGain[1][n], .inhibitoryGain), .drive: word(dynamics.drive[n] * scale, .drive),
            .threshold: threshold(dynamics.threshold[n] * scale),
            .reset: dynamics.spikes ? word(dynamics.resetValue[n] * scale, .reset) : 0,
            .resetMode: resetMode,
            .refractoryTicks: Int32(clamping: dynamics.refractorySteps[n]), .beta: word(dynamics.beta[n] * scale, .beta),
            .adaptationDecay: fraction(dynamics.adaptationDecay[n]),
            .excitatoryDecay: isExponential ? fraction(dynamics.currentDecay[0][n]) : 0,
            .inhibitoryDecay: isExponential ? fraction(dynamics.currentDecay[1][n]) : 0,
        ]
    }

    /// The word that says what a spike does (Documentation/Targets/spinnaker.md): the reset in bits 0 and 1, the base threshold is
    /// subtracted in bit 2, a refractory neuron integrates in bit 3.
    private var resetMode: Int32 {
        guard dynamics.spikes else { return 0 }
        let reset: Int32 =
            switch dynamics.reset {
            case .toValue: 0
            case .subtract: 1
            case .subtractNext: 2
            }
        return reset | (dynamics.reset != .toValue && dynamics.resetAmount == .base ? 4 : 0) | (dynamics.refractory == .blocked ? 8 : 0)
    }
}
