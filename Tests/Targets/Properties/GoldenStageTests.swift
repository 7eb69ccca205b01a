import Lowering
import Networks
import Passes
import Spikewright
import Support
import Testing

/// The printed stage after each pass, for a tiny network on a small chip with dead cores: `Tests/Golden/stages/<pass>.expected`.
@Suite struct GoldenStageTests {
    /// Two populations, a loop with delays, a convolution and a readout.
    private static var network: Network {
        var network = Network(name: "tiny", seed: 5)
        func append(_ name: String, _ shape: [Int], _ cell: Cell) -> ID<Population> {
            network.populations.append(Population(name, shape: shape, cell: cell, units: .normalized))
        }
        let image = append("image", [1, 4, 4], .input)
        let maps = append("maps", [2, 3, 3], .neuron(NeuronModel(.integrateAndFire, [.vThresh: .uniform(1)])))
        let hidden = append(
            "hidden", [40], .neuron(NeuronModel(.leaky, [.tauM: .uniform(10), .bias: .uniform(0.05), .tauRefrac: .uniform(2)])))
        let out = append("out", [3], .neuron(NeuronModel(.leakyReadout, [.tauM: .uniform(20)])))
        let kernel = Tensor(shape: [2, 1, 2, 2], values: [0.5, -0.25, 0.125, 1, 0.75, 0.25, -0.5, 0.375])
        network.projections.append(
            Projection(
                "convolution", from: image, to: maps,
                .convolution(Convolution(kernel: [2, 2], stride: [1, 1], padding: [0, 0], dilation: [1, 1])), weight: .tensor(kernel)))
        network.projections.append(
            Projection("up", from: maps, to: hidden, .allToAll(allowSelf: true), weight: .drawn(.normal(mean: 0.1, sigma: 0.2))))
        network.projections.append(
            Projection(
                "loop", from: hidden, to: hidden, .fixedProbability(0.2, allowSelf: false), weight: .constant(-0.1),
                delay: .drawn(.uniformInteger(low: 1, high: 6))))
        network.projections.append(
            Projection("down", from: hidden, to: out, .allToAll(allowSelf: true), weight: .drawn(.uniform(low: 0, high: 0.3))))
        return network
    }

    @Test func `every pass prints what its golden file shows`() throws {
        var passes: [String] = []
        _ = try Pipeline(to: try PropertyChips.chip("board")).run(from: .network(Self.network)) { pass, stage in
            passes.append(pass)
            expectGolden(try stage.text(), "stages/\(pass).expected")
        }
        // Passes that change the network run where they are asked for, or where the chip needs them.
        #expect(passes == Array(allPasses.map(\.name).drop { $0 != Quantization.name }))
    }
}
