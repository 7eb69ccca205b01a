import Networks
import Numerics

/// One number for each neuron, or one for all: `stride` is 1 or 0.
struct Coefficient<Real: EngineScalar>: BitwiseCopyable {
    let pointer: UnsafeMutablePointer<Real>
    let stride: Int

    /// Padding neurons get `padding`.
    init(_ values: [Double], padding: Real = 0, in arena: Arena) {
        let padded = (values.count + laneBlock - 1) / laneBlock * laneBlock
        if let first = values.first, values.count == padded, values.allSatisfy({ $0 == first }) {
            pointer = arena.copy([Real](repeating: Real(first), count: laneBlock))
            stride = 0
        } else {
            pointer = arena.copy(values.map { Real($0) }, paddedTo: padded, with: padding)
            stride = 1
        }
    }

    @inline(__always)
    func lanes(_ index: Int) -> Lanes<Real> { load(pointer, index &* stride) }
}

/// The coefficients of a population of neurons. Trivial: it owns nothing.
struct NeuronCoefficients<Real: EngineScalar>: BitwiseCopyable {
    let synapse: Dynamics.Synapse
    let arrivalsFirst: Bool
    let reset: NeuronModel.Reset
    let atOrAbove: Bool
    let spikes: Bool
    let isRate: Bool
    let isAdaptive: Bool
    let isHeld: Bool
    /// Whether both receptors are one, because their coefficients are equal.
    let isMerged: Bool
    let membraneDecay: Coefficient<Real>
    let currentDecay: (Coefficient<Real>, Coefficient<Real>)
    let currentGain: (Coefficient<Real>, Coefficient<Real>)
    let alphaJump: (Coefficient<Real>, Coefficient<Real>)
    let alphaFeed: (Coefficient<Real>, Coefficient<Real>)
    let alphaGain: (Coefficient<Real>, Coefficient<Real>)
    let drive: Coefficient<Real>
    let threshold: Coefficient<Real>
    let resetValue: Coefficient<Real>
    let refractorySteps: Coefficient<Real>
    let adaptationDecay: Coefficient<Real>
    let beta: Coefficient<Real>

    init(_ dynamics: Dynamics, in arena: Arena) {
        func pair(_ values: [[Double]]) -> (Coefficient<Real>, Coefficient<Real>) {
            (Coefficient(values[0], in: arena), Coefficient(values[1], in: arena))
        }
        synapse = dynamics.synapse
        arrivalsFirst = dynamics.order == .arrivalsFirst
        reset = dynamics.reset
        atOrAbove = dynamics.comparison == .atOrAbove
        spikes = dynamics.spikes
        isRate = dynamics.isRate
        isAdaptive = dynamics.isAdaptive
        isHeld = dynamics.refractorySteps.contains { $0 > 0 }
        isMerged = Self.isMerged(dynamics)
        membraneDecay = Coefficient(dynamics.membraneDecay, in: arena)
        currentDecay = pair(dynamics.currentDecay)
        currentGain = pair(dynamics.currentGain)
        alphaJump = pair(dynamics.alphaJump)
        alphaFeed = pair(dynamics.alphaFeed)
        alphaGain = pair(dynamics.alphaGain)
        drive = Coefficient(dynamics.drive, in: arena)
        // Padding never fires.
        threshold = Coefficient(dynamics.threshold, padding: .infinity, in: arena)
        resetValue = Coefficient(dynamics.resetValue, in: arena)
        refractorySteps = Coefficient(dynamics.refractorySteps.map { Double($0) }, in: arena)
        adaptationDecay = Coefficient(dynamics.adaptationDecay, in: arena)
        beta = Coefficient(dynamics.beta, in: arena)
    }

    static func isMerged(_ dynamics: Dynamics) -> Bool {
        [dynamics.currentDecay, dynamics.currentGain, dynamics.alphaJump, dynamics.alphaFeed, dynamics.alphaGain].allSatisfy {
            $0[0] == $0[1]
        }
    }

    /// Whether a synaptic current outlives a step.
    var hasCurrent: Bool { synapse != .delta || !arrivalsFirst }
    /// Whether the spikes of the step before enter.
    var needsLastSpikes: Bool { isAdaptive || reset == .subtractNext }
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
