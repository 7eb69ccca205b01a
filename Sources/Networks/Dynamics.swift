/// A neuron model as coefficients per time step: derived once, read by the reference engine, by learning and by every lowering.
///
/// Potentials are relative to rest. With z the spikes of the step before, a step does, in this order:
///
///     arrivals_first:   i_r ← currentDecay_r · i_r + g_r              (g_r: summed weights that arrive in this step, receptor r)
///     subtract_next:    v ← membraneDecay · v - (threshold, or threshold + beta · a with a of the step before) · z + …
///     membrane:         v ← membraneDecay · v + Σ_r currentGain_r · i_r + drive
///     membrane_first:   i_r ← currentDecay_r · i_r + g_r
///     adaptation:       a ← adaptationDecay · a + z                    (z of the step before)
///     spike:            v > threshold + beta · a  (or ≥), unless held
///     reset:            v ← resetValue, or v ← v - (threshold + beta · a), or v ← v - threshold
///     held:             for `refractorySteps` steps after a spike v keeps its value after the reset; i_r goes on
///                       (a `subtract_next` that falls into them is still subtracted)
///     blocked:          for `refractorySteps` steps after a spike the neuron does not spike; v goes on
///
/// A delta synapse is `currentDecay = 0` with `arrivals_first`: i_r is what arrives in this step. Alpha synapses carry a second
/// variable: x_r ← currentDecay_r · x_r + alphaJump_r · g_r feeds i_r ← currentDecay_r · i_r + alphaFeed_r · x_r (x_r as it was), and
/// v also gains `alphaGain_r · x_r` (exact integration of the cascade; Rotter and Diesmann 1999).
///
/// Conductances are magnitudes that decay as currents do; each pulls v towards its reversal potential E_r. With
/// p_r = currentGain_r · i_r, the integral of g_r / C over the step, λ = dt / tau_m, P = λ + p_E + p_I, and J = dt / C times the offset
/// current, the membrane's line becomes
///
///     exact:            v ← e^(-P) · v + (1 - e^(-P)) / P · (J + Σ_r p_r · E_r)
///     euler:            v ← v + J - λ · v + Σ_r p_r · (E_r - v)
///
/// The exact one solves the equation for conductances that are constant over the step at their mean there: exact without arrivals, of
/// second order in the step otherwise.
///
/// All arrays have one entry per neuron; receptors are indexed excitatory 0, inhibitory 1.
public struct Dynamics: Hashable, Sendable {
    public enum Synapse: String, Hashable, Sendable, BitwiseCopyable { case delta, exponential, alpha, conductance }

    public var synapse: Synapse
    public var order: NeuronModel.Order
    public var reset: NeuronModel.Reset
    public var comparison: NeuronModel.Comparison
    public var refractory: NeuronModel.Refractory
    /// Which threshold a reset by subtraction subtracts.
    public var resetAmount: NeuronModel.ResetAmount
    /// False for readouts and rate units.
    public var spikes: Bool
    /// True for `rate`: the unit sends v above 0 and negativeSlope · v below, at every step, and keeps no state.
    public var isRate: Bool

    public var membraneDecay: [Double]
    /// [receptor][neuron].
    public var currentDecay: [[Double]]
    public var currentGain: [[Double]]
    public var alphaJump: [[Double]]
    public var alphaFeed: [[Double]]
    public var alphaGain: [[Double]]
    /// Added to v at every step: bias, constant current. Of conductances: in a step without any.
    public var drive: [Double]
    /// [receptor][neuron]: where conductances pull v, relative to rest; 0 for other synapses.
    public var reversal: [[Double]]
    /// How a step of conductances is solved; the other synapses have it in their coefficients.
    public var conductanceIntegration: NeuronModel.Integration
    /// Relative to rest.
    public var threshold: [Double]
    public var resetValue: [Double]
    public var initialMembrane: [Double]
    /// Absolute potential of rest, to translate recordings back.
    public var rest: [Double]
    public var refractorySteps: [Int]
    public var adaptationDecay: [Double]
    public var beta: [Double]
    /// Of rate units; 0 for all others.
    public var negativeSlope: [Double]

    public var count: Int { membraneDecay.count }
    public var isAdaptive: Bool { beta.contains { $0 != 0 } }
}
