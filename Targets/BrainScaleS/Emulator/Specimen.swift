import Chips
import Numerics

/// One specimen of the chip: what its circuits make of calibration targets.
///
/// Spreads are drawn from the specimen's seed by circuit, so that a neuron that is placed elsewhere becomes another one; gains of a
/// quadrant (hemisphere and half of the columns) share a part. Statistics: `Documentation/Targets/brainscales.md`.
struct Specimen: Sendable {
    let variation: AnalogVariation

    /// A neuron as this specimen has it, as factors of its targets.
    struct Factors: Sendable {
        var membraneTime: Double
        /// Excitatory, inhibitory.
        var synapseTime: [Double]
        var gain: [Double]
        /// Of the distance from leak to threshold.
        var threshold: Double
    }

    func factors(ofCircuit circuit: Int) -> Factors {
        func factor(_ spread: Double, _ what: String, _ index: Int) -> Double {
            guard spread > 0 else { return 1 }
            // A quarter is left of the worst: a circuit with less is one that no calibration accepts.
            return max(0.25, 1 + spread * Philox(seed: variation.seed, purpose: "specimen/\(what)").normal(index))
        }
        let quadrant = 2 * (circuit / ExecutionImage.columns) + (circuit % ExecutionImage.columns >= ExecutionImage.columns / 2 ? 1 : 0)
        let shared = factor(variation.quadrantGain, "quadrant", quadrant)
        return Factors(
            membraneTime: factor(variation.membraneTime, "membrane", circuit),
            synapseTime: [factor(variation.synapseTime, "excitatory", circuit), factor(variation.synapseTime, "inhibitory", circuit)],
            gain: [
                shared * factor(variation.gain, "excitatory gain", circuit), shared * factor(variation.gain, "inhibitory gain", circuit),
            ],
            threshold: factor(variation.threshold, "threshold", circuit))
    }
}
