package import Networks

/// The neurons of a recurrent network in the precision of training: hidden neurons as one padded row, readout neurons as another.
///
/// With g the summed weights of what arrives in a step and z the spikes of the step before, a step does, in this order:
///
///     v ← alpha · v + gain · g + drive - reset · z        (reset: the base or the adapted threshold of the step before)
///     a ← rho · a + z
///     A = threshold + beta · a
///     z ← v > A (or ≥), unless refractory
///     y ← kappa · y + readoutGain · (W_out z) + readoutDrive
///
/// Refractory neurons are *blocked*: their membrane goes on, but they cannot spike; their pseudo-derivative is 0.
package final class RecurrentCell<Real: LaneScalar>: Sendable {
    /// How a spike acts on the membrane.
    package enum Reset: Sendable { case subtractNext, subtract, toValue }

    package let neurons: Int
    /// `neurons`, padded to whole lanes.
    package let width: Int
    package let outputs: Int
    package let reset: Reset
    package let resetsByAdapted: Bool
    package let atOrAbove: Bool
    package let isAdaptive: Bool
    /// Whether the membrane keeps its value while refractory.
    package let isHeld: Bool
    /// [width]
    package let alpha: Slab<Real>
    package let gain: Slab<Real>
    package let drive: Slab<Real>
    package let threshold: Slab<Real>
    let inverseThreshold: Slab<Real>
    package let resetValue: Slab<Real>
    package let initialMembrane: Slab<Real>
    package let rho: Slab<Real>
    package let beta: Slab<Real>
    /// Steps after a spike in which a neuron cannot spike.
    package let refractory: Slab<Real>
    /// [outputs]
    package let kappa: Slab<Real>
    package let readoutGain: Slab<Real>
    package let readoutDrive: Slab<Real>

    /// - Parameters:
    ///   - hidden: the dynamics of all hidden neurons, population after population; they share every choice that is not a number.
    ///   - readout: leaky integrators.
    ///   - critics: readouts behind them that decay as the last and have no drive.
    package init(hidden: [Dynamics], readout: Dynamics, critics: Int = 0) {
        neurons = hidden.reduce(0) { $0 + $1.count }
        let width = (neurons + laneCount - 1) / laneCount * laneCount
        self.width = width
        outputs = readout.count + critics
        reset =
            switch hidden.first?.reset {
            case .subtract: .subtract
            case .toValue: .toValue
            default: .subtractNext
            }
        resetsByAdapted = hidden.first?.resetAmount == .adapted
        atOrAbove = hidden.first?.comparison == .atOrAbove
        isAdaptive = hidden.contains { $0.isAdaptive }
        isHeld = hidden.first?.refractory == .held
        // Padded neurons have a threshold that nothing reaches.
        func slab(_ fill: Double = 0, _ values: (Dynamics) -> [Double]) -> Slab<Real> {
            let all = hidden.flatMap(values)
            return Slab((all + [Double](repeating: fill, count: width - all.count)).map { Real($0) })
        }
        alpha = slab { $0.membraneDecay }
        gain = slab { $0.currentGain[0] }
        drive = slab { $0.drive }
        threshold = slab(1e30) { $0.threshold }
        inverseThreshold = slab { $0.threshold.map { $0 > 0 ? 1 / $0 : 1 } }
        resetValue = slab { $0.resetValue }
        initialMembrane = slab { $0.initialMembrane }
        rho = slab { $0.adaptationDecay }
        beta = slab { $0.beta }
        refractory = slab { $0.refractorySteps.map { Double($0) } }
        func row(_ values: [Double], _ more: Double?) -> Slab<Real> {
            Slab((values + [Double](repeating: more ?? 0, count: critics)).map { Real($0) })
        }
        kappa = row(readout.membraneDecay, readout.membraneDecay.last)
        readoutGain = row(readout.currentGain[0], readout.currentGain[0].last)
        readoutDrive = row(readout.drive, 0)
    }
}

/// Delays in steps between the parts of a recurrent network: a spike of step t acts in step t + delay.
package struct RecurrentDelays: Hashable, Sendable {
    package var input = 1
    /// At least 1.
    package var recurrent = 1
    package var output = 1

    package init(input: Int = 1, recurrent: Int = 1, output: Int = 1) {
        self.input = input
        self.recurrent = recurrent
        self.output = output
    }
}

/// Weights of a recurrent network, or gradients of them: dense, one row for each presynaptic neuron.
package final class RecurrentMatrices<Real: LaneScalar>: @unchecked Sendable {
    package let inputs: Int
    package let neurons: Int
    package let width: Int
    package let outputs: Int
    /// [inputs × width]
    package let input: Slab<Real>
    /// [neurons × width]
    package let recurrent: Slab<Real>
    /// [neurons × outputs]
    package let output: Slab<Real>

    package init(inputs: Int, _ cell: RecurrentCell<Real>) {
        self.inputs = inputs
        neurons = cell.neurons
        width = cell.width
        outputs = cell.outputs
        input = Slab(inputs * cell.width)
        recurrent = Slab(cell.neurons * cell.width)
        output = Slab(cell.neurons * cell.outputs)
    }

    package func clear() {
        input.clear()
        recurrent.clear()
        output.clear()
    }

    /// Adds `other`, number by number.
    package func add(_ other: RecurrentMatrices) {
        for (own, others) in [(input, other.input), (recurrent, other.recurrent), (output, other.output)] {
            for index in 0..<own.count { own.pointer[index] += others.pointer[index] }
        }
    }
}
