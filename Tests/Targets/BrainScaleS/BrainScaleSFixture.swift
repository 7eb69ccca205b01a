import Chips
import Diagnostics
import Lowering
import Networks
import Numerics
import Passes
import Support
import Targets

/// Networks for the chip, and their way through the passes.
enum BrainScaleSFixture {
    static func chip() throws -> Chip { try Targets.chip(named: "brainscales2") }

    static func cell(_ change: (inout NeuronModel) -> Void = { _ in }) -> Cell {
        var model = NeuronModel(
            .currentExponential,
            [
                .tauM: .uniform(6), .cm: .uniform(6), .tauSynE: .uniform(6), .tauSynI: .uniform(6), .tauRefrac: .uniform(2),
                .vRest: .uniform(0), .vReset: .uniform(0), .vThresh: .uniform(1),
            ])
        change(&model)
        return .neuron(model)
    }

    /// Dense layers with drawn weights, the first from the host.
    static func layered(_ sizes: [Int], cell: Cell = cell(), sigma: Double = 0.1) -> Network {
        var network = Network(name: sizes.map(String.init).joined(separator: "-"), timestep: 0.1)
        for (layer, size) in sizes.enumerated() {
            network.populations.append(Population(layer == 0 ? "image" : "layer\(layer)", shape: [size], cell: layer == 0 ? .input : cell))
        }
        for layer in 1..<sizes.count {
            network.projections.append(
                Projection(
                    "to\(layer)", from: ID(layer - 1), to: ID(layer), .allToAll(allowSelf: true),
                    weight: .drawn(.normal(mean: 0.01, sigma: sigma))))
        }
        return network
    }

    static func routed(_ network: Network, on chip: Chip? = nil, _ options: LoweringOptions = LoweringOptions()) throws -> RoutedGraph {
        try Pipeline(to: try chip ?? self.chip(), options).run(network)
    }

    /// The refusals of a network.
    static func refusals(_ network: Network, on chip: Chip? = nil) throws -> [Diagnostic] {
        do {
            _ = try routed(network, on: chip)
        } catch let error as DiagnosticsError {
            return error.isRefusal ? error.diagnostics : []
        }
        return []
    }
}
