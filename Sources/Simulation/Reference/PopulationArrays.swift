import Networks
import Numerics

/// One number for each neuron, or one for all: `mask` keeps the index, or makes it 0.
struct Coefficient<Real: EngineScalar>: BitwiseCopyable {
    let pointer: UnsafeMutablePointer<Real>
    let mask: Int

    /// Padding neurons get `padding`.
    init(_ values: [Double], in arena: Arena) { self.init(values.map { Real($0) }, padding: 0, in: arena) }

    init(_ values: [Real], padding: Real, in arena: Arena) {
        let padded = (values.count + laneBlock - 1) / laneBlock * laneBlock
        if let first = values.first, values.count == padded, values.allSatisfy({ $0 == first }) {
            pointer = arena.copy([Real](repeating: first, count: laneBlock))
            mask = 0
        } else {
            pointer = arena.copy(values, paddedTo: padded, with: padding)
            mask = -1
        }
    }

    @inline(__always)
    func lanes(_ index: Int) -> Lanes<Real> { load(pointer, index & mask) }
}

/// The coefficients of a population of neurons. Trivial: it owns nothing.
struct NeuronCoefficients<Real: EngineScalar>: BitwiseCopyable {
    let traits: StepTraits
    let reset: NeuronModel.Reset
    let subtractsAdapted: Bool
    /// Whether the membrane goes on while the neuron cannot spike.
    let isBlocked: Bool
    let atOrAbove: Bool
    let isRate: Bool
    let isAdaptive: Bool
    /// Nil: synapses are currents.
    let conductance: ConductanceCoefficients<Real>?
    let membraneDecay: Coefficient<Real>
    let currentDecay: (Coefficient<Real>, Coefficient<Real>)
    let currentGain: (Coefficient<Real>, Coefficient<Real>)
    let alphaJump: (Coefficient<Real>, Coefficient<Real>)
    let alphaFeed: (Coefficient<Real>, Coefficient<Real>)
    let alphaGain: (Coefficient<Real>, Coefficient<Real>)
    let drive: Coefficient<Real>
    let threshold: Coefficient<Real>
    /// The least potential that spikes, without adaptation.
    let limit: Coefficient<Real>
    let resetValue: Coefficient<Real>
    let refractorySteps: Coefficient<Real>
    let adaptationDecay: Coefficient<Real>
    let beta: Coefficient<Real>
    let negativeSlope: Coefficient<Real>

    init(_ dynamics: Dynamics, in arena: Arena) {
        func pair(_ values: [[Double]]) -> (Coefficient<Real>, Coefficient<Real>) {
            (Coefficient(values[0], in: arena), Coefficient(values[1], in: arena))
        }
        let arrivalsFirst = dynamics.order == .arrivalsFirst
        traits = StepTraits(
            hasCurrent: dynamics.synapse != .delta || !arrivalsFirst, isAlpha: dynamics.synapse == .alpha, arrivalsFirst: arrivalsFirst,
            isMerged: Self.isMerged(dynamics), needsLastSpikes: dynamics.isAdaptive || dynamics.reset == .subtractNext,
            isHeld: dynamics.refractorySteps.contains { $0 > 0 })
        reset = dynamics.reset
        subtractsAdapted = dynamics.resetAmount == .adapted
        isBlocked = dynamics.refractory == .blocked
        atOrAbove = dynamics.comparison == .atOrAbove
        isRate = dynamics.isRate
        isAdaptive = dynamics.isAdaptive
        conductance = dynamics.synapse == .conductance ? ConductanceCoefficients(dynamics, in: arena) : nil
        membraneDecay = Coefficient(dynamics.membraneDecay, in: arena)
        currentDecay = pair(dynamics.currentDecay)
        currentGain = pair(dynamics.currentGain)
        alphaJump = pair(dynamics.alphaJump)
        alphaFeed = pair(dynamics.alphaFeed)
        alphaGain = pair(dynamics.alphaGain)
        drive = Coefficient(dynamics.drive, in: arena)
        // Padding never fires, nor do readouts.
        let thresholds = dynamics.threshold.map { dynamics.spikes ? Real($0) : .infinity }
        threshold = Coefficient(thresholds, padding: .infinity, in: arena)
        limit = Coefficient(atOrAbove ? thresholds : thresholds.map(\.nextUp), padding: .infinity, in: arena)
        resetValue = Coefficient(dynamics.resetValue, in: arena)
        refractorySteps = Coefficient(dynamics.refractorySteps.map { Double($0) }, in: arena)
        adaptationDecay = Coefficient(dynamics.adaptationDecay, in: arena)
        beta = Coefficient(dynamics.beta, in: arena)
        negativeSlope = Coefficient(dynamics.negativeSlope, in: arena)
    }

    static func isMerged(_ dynamics: Dynamics) -> Bool {
        dynamics.synapse != .conductance
            && [dynamics.currentDecay, dynamics.currentGain, dynamics.alphaJump, dynamics.alphaFeed, dynamics.alphaGain].allSatisfy {
                $0[0] == $0[1]
            }
    }
}

/// The state of a population of neurons: all arrays padded to the block. Trivial: it owns nothing.
struct NeuronState<Real: EngineScalar>: BitwiseCopyable {
    /// All state lies in one run, so that it is reset by one copy.
    let base: UnsafeMutablePointer<Real>
    let length: Int
    let membrane: UnsafeMutablePointer<Real>
    let current: (UnsafeMutablePointer<Real>, UnsafeMutablePointer<Real>)
    let rising: (UnsafeMutablePointer<Real>, UnsafeMutablePointer<Real>)
    /// What arrives in this step; zero between steps.
    let arriving: (UnsafeMutablePointer<Real>, UnsafeMutablePointer<Real>)
    let adaptation: UnsafeMutablePointer<Real>
    /// 1 where the neuron spiked in the step before.
    let lastSpikes: UnsafeMutablePointer<Real>
    /// Steps for which the neuron is still held: whole numbers, exact in either type.
    let held: UnsafeMutablePointer<Real>

    init(size: Int, in arena: Arena) {
        let padded = (size + laneBlock - 1) / laneBlock * laneBlock
        length = padded * 10
        base = arena.allocate(count: length)
        membrane = base
        current = (base + padded, base + 2 * padded)
        rising = (base + 3 * padded, base + 4 * padded)
        arriving = (base + 5 * padded, base + 6 * padded)
        adaptation = base + 7 * padded
        lastSpikes = base + 8 * padded
        held = base + 9 * padded
    }

    func reset(to initialMembrane: [Double]) {
        base.update(repeating: 0, count: length)
        for neuron in initialMembrane.indices { membrane[neuron] = Real(initialMembrane[neuron]) }
    }
}
