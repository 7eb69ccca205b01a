import Chips
import Lowering
import Networks
import Numerics
import Passes
import Targets
import Testing

/// Weights that are whole multiples of a step already.
@Suite struct WeightGridTests {
    /// Two projections into one population; the k-th weight of each is a whole number below `most` times its step, plus `offset`.
    static func network(steps: [Double], most: Int, offset: Double = 0) -> Network {
        var network = Network(name: "grid", seed: 1)
        let hidden = network.populations.append(Population("hidden", shape: [30], cell: .neuron(NeuronModel(.leaky))))
        for (index, step) in steps.enumerated() {
            let random = Philox(seed: UInt64(index), purpose: "test/grid")
            let input = network.populations.append(Population("input \(index)", shape: [20], cell: .input))
            let weights = (0..<600).map { place -> Float in
                let whole = Int(random.bits(place) % UInt64(2 * most + 1)) - most
                return Float(Double(whole) * step + offset * random.uniform(place))
            }
            network.projections.append(
                Projection(
                    "\(index)", from: input, to: hidden, .allToAll(allowSelf: true),
                    weight: .tensor(Tensor(shape: [20, 30], values: weights))))
        }
        return network
    }

    @Test(arguments: [([0.01], 127), ([0.01, 0.01], 90), ([0.012, 0.003], 60), ([0.01, 0.02], 127)] as [([Double], Int)])
    func `a step that weights have is kept`(steps: [Double], most: Int) throws {
        let quantized = try Quantization(to: chip(named: "loihi2")).run(Self.network(steps: steps, most: most))
        for (index, step) in steps.enumerated() {
            let synapses = quantized.synapses(of: ID(index))
            #expect(synapses.error.largest < 1e-6 * step * 127)
            #expect(synapses.error.clipped == 0)
        }
    }

    @Test(arguments: [([0.01], 200, 0), ([0.01, 0.013], 90, 0), ([0.01], 127, 0.005)] as [([Double], Int, Double)])
    func `without a common step the largest weight fills the mantissa`(steps: [Double], most: Int, offset: Double) throws {
        let quantized = try Quantization(to: chip(named: "loihi2")).run(Self.network(steps: steps, most: most, offset: offset))
        let widest = quantized.synapses.max { $0.error.highest < $1.error.highest }
        let synapses = try #require(widest)
        #expect(synapses.error.largest > 0.01 * synapses.unit)
        #expect(synapses.error.highest / synapses.unit > 0.98 * 254 / 2)
    }
}
