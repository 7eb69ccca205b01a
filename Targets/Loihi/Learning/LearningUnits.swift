import Chips
import Learning
import Lowering
import Networks
import Numerics

/// The units of a network's weights while they learn: mantissas of 8 bits, -127...127, whose range is twice what the weights of the
/// start need; weights that are whole numbers of a unit, because they were learnt so, keep it.
///
/// All that arrives at a population shares its membrane's scale, so units differ by powers of two; a finer one moves by as much more.
struct LearningUnits {
    /// Largest magnitude of a mantissa of 8 bits, its sign included.
    static let limit = 127

    /// A mantissa of 1 in the model's unit, by projection.
    let unit: [Double]
    /// Left shift of changes; negative: no synapse, or a fixed one. [neurons × sources]
    let shifts: [Int8]
    /// Left shift of a mantissa on its way to the membrane. [neurons × sources]
    let arrival: [Int32]
    /// The coarsest unit into each hidden neuron.
    let neuronUnit: [Double]
    /// The same of the readout's synapses, [neurons × outputs], and its coarsest units, [outputs].
    let outputShifts: [Int8]
    let outputArrival: [Int32]
    let outputUnits: [Double]
    let outputUnit: [Double]

    init(_ plan: RecurrentPlan, _ quantized: QuantizedNetwork) {
        let sources = plan.inputs + plan.neurons
        let format = quantized.chip.formats.weight
        // The step of mixed mantissas, as a power of two.
        let step = format.mantissas(.mixed, bits: format.bits.last ?? 8).step.trailingZeroBitCount
        let unit = plan.plan.projections.enumerated().map { index, projection in
            let gain = quantized.network.dynamics(of: ID(projection.post))?.currentGain[0][0] ?? 1
            let synapses = quantized.synapses(of: ID(index))
            return synapses.unit * Double(1 << (step + synapses.doublings)) / gain
        }
        var coarsest = [Double](repeating: 0, count: plan.neurons)
        var coarsestOutput = [Double](repeating: 0, count: plan.outputs)
        for (index, projection) in plan.plan.projections.enumerated() {
            let place = plan.places[index]
            for post in place.column..<place.column + plan.plan.populations[projection.post].size {
                if place.part == .output {
                    coarsestOutput[post] = max(coarsestOutput[post], unit[index])
                } else {
                    coarsest[post] = max(coarsest[post], unit[index])
                }
            }
        }
        var shifts = [Int8](repeating: -1, count: plan.neurons * sources)
        var arrival = [Int32](repeating: 0, count: plan.neurons * sources)
        var outputShifts = [Int8](repeating: -1, count: plan.neurons * plan.outputs)
        var outputArrival = [Int32](repeating: 0, count: plan.neurons * plan.outputs)
        var outputUnits = [Double](repeating: 0, count: plan.neurons * plan.outputs)
        for (index, projection) in plan.plan.projections.enumerated() {
            let place = plan.places[index]
            let synapses = quantized.synapses(of: ID(index))
            let delivered = Int32(synapses.exponent + synapses.doublings + step)
            func shift(_ coarsest: Double) -> Int8 {
                projection.isTrainable ? Int8(min(Int((coarsest / unit[index]).rounded()).trailingZeroBitCount, 8)) : -1
            }
            plan.forEachSynapse(projection) { pre, post, _ in
                if place.part == .output {
                    let slot = (place.row + pre) * plan.outputs + place.column + post
                    outputShifts[slot] = shift(coarsestOutput[place.column + post])
                    outputArrival[slot] = delivered
                    outputUnits[slot] = unit[index]
                } else {
                    let source = (place.part == .recurrent ? plan.inputs : 0) + place.row + pre
                    let slot = (place.column + post) * sources + source
                    shifts[slot] = shift(coarsest[place.column + post])
                    arrival[slot] = delivered
                }
            }
        }
        self.unit = unit
        self.shifts = shifts
        self.arrival = arrival
        neuronUnit = coarsest.map { $0 > 0 ? $0 : 1 }
        self.outputShifts = outputShifts
        self.outputArrival = outputArrival
        self.outputUnits = outputUnits
        outputUnit = coarsestOutput.map { $0 > 0 ? $0 : 1 }
    }
}

extension QuantizedSynapses {
    /// By how many powers of two the unit is coarser while weights learn; weights of single precision are off by some 1e-5 of it.
    var doublings: Int { error.largest <= 1e-3 * unit ? 0 : 1 }
}
