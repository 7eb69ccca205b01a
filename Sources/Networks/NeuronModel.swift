/// A neuron model: its kind, its parameters in the user's units, and every choice about its dynamics, stated.
///
/// Nothing about dynamics is implied: frameworks differ in each of these choices, and the figures of a model depend on them.
/// `Dynamics` turns a model into coefficients per time step.
public struct NeuronModel: Hashable, Sendable {
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        /// Integrate-and-fire without leak; an arriving weight is added to the membrane potential.
        case integrateAndFire = "if"
        /// Leaky integrate-and-fire; an arriving weight is added to the membrane potential, or to a current when `tau_syn` is above 0.
        case leaky = "lif"
        /// Leaky integrate-and-fire with an adaptive threshold (Bellec et al. 2018).
        case adaptive = "alif"
        /// PyNN IF_curr_delta: weights in mV.
        case currentDelta = "if_curr_delta"
        /// PyNN IF_curr_exp: weights in nA.
        case currentExponential = "if_curr_exp"
        /// PyNN IF_curr_alpha: weights in nA, the peak of the current.
        case currentAlpha = "if_curr_alpha"
        /// PyNN IF_cond_exp: weights in µS.
        case conductanceExponential = "if_cond_exp"
        /// A leaky integrator that never spikes: a readout of membrane potential.
        case leakyReadout = "li"
        /// A rectified linear unit that sends its value at every step; below zero it is multiplied by `negative_slope`.
        case rate
    }

    /// How the differential equation becomes a step.
    public enum Integration: String, CaseIterable, Hashable, Sendable {
        /// The exact solution between steps: decay `exp(-dt/tau)`.
        case exact
        /// Forward Euler: decay `1 - dt/tau`.
        case euler
    }

    /// What a spike does to the membrane potential.
    public enum Reset: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// Set it to `v_reset`.
        case toValue = "to_value"
        /// Subtract the threshold's distance from rest, at once; which threshold, `resetAmount` says.
        case subtract
        /// Subtract it in the next step, after the leak (LSNN, e-prop).
        case subtractNext = "subtract_next"
    }

    /// When the threshold counts as crossed.
    public enum Comparison: String, CaseIterable, Hashable, Sendable {
        case above
        case atOrAbove = "at_or_above"
    }

    /// Whether this step's arrivals act on this step's membrane potential.
    public enum Order: String, CaseIterable, Hashable, Sendable {
        /// Arrivals are added to the synaptic current first, then the membrane potential integrates it (Loihi, snnTorch).
        case arrivalsFirst = "arrivals_first"
        /// The membrane potential integrates the current as it was, then arrivals are added (NEST's exact integration).
        case membraneFirst = "membrane_first"
    }

    /// Whether an arriving weight is scaled before it is added.
    public enum InputScaling: String, CaseIterable, Hashable, Sendable {
        case none
        /// Scaled by one minus the membrane decay, so that a constant input x settles at x.
        case oneMinusDecay = "one_minus_decay"
    }

    /// What a neuron does in the steps after a spike in which it cannot spike.
    public enum Refractory: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// Its membrane keeps its value (PyNN, NEST, Loihi).
        case held
        /// Its membrane goes on (LSNN, e-prop).
        case blocked
    }

    /// What a reset by subtraction subtracts.
    public enum ResetAmount: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// The base threshold's distance from rest (e-prop).
        case base
        /// The adapted threshold's distance from rest (LSNN).
        case adapted
    }

    public var kind: Kind
    /// Read and written through the subscript; a parameter that is absent has the default of `kind`.
    public var values: [ParameterName: Parameter]
    public var integration: Integration
    public var reset: Reset
    public var comparison: Comparison
    public var order: Order
    public var inputScaling: InputScaling
    public var refractory: Refractory
    /// Whether a spike's contribution to the adaptation is scaled: by one minus its decay, a neuron that spikes at every step has the
    /// adaptation 1 (LSNN); `beta` multiplies what results.
    public var adaptationScaling: InputScaling
    /// By default what `reset` says: `subtract` the adapted threshold, `subtract_next` the base threshold.
    public var resetAmount: ResetAmount {
        get { givenResetAmount ?? impliedResetAmount }
        set { givenResetAmount = newValue == impliedResetAmount ? nil : newValue }
    }

    private var givenResetAmount: ResetAmount?
    private var impliedResetAmount: ResetAmount { reset == .subtractNext ? .base : .adapted }

    /// The model with the defaults of its kind.
    public init(_ kind: Kind, _ values: [ParameterName: Parameter] = [:]) {
        self.kind = kind
        self.values = values
        integration = .exact
        reset = .toValue
        // PyNN's cells follow NEST, the others Loihi and the training frameworks.
        let isPyNN = kind.definition(of: .cm) != nil
        comparison = isPyNN ? .atOrAbove : .above
        order = isPyNN && kind != .currentDelta ? .membraneFirst : .arrivalsFirst
        inputScaling = .none
        refractory = .held
        adaptationScaling = .none
    }

    public subscript(name: ParameterName) -> Parameter {
        get { values[name] ?? .uniform(kind.definition(of: name)?.defaultValue ?? 0) }
        set { values[name] = newValue }
    }

    /// Whether the model sends spikes (`li` and `rate` do not).
    public var spikes: Bool { kind != .leakyReadout && kind != .rate }
}
