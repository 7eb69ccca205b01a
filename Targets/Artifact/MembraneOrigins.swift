import Diagnostics
import Lowering
import Networks
import Numerics
import Storage

extension RoutedGraph {
    /// The model's absolute potential for which the integer membrane is 0, by neuron.
    func membraneOrigins(of population: ID<Population>) -> [Double] {
        guard let neurons = placed.coreGraph.quantized.neurons(of: population), let dynamics = network.dynamics(of: population) else {
            preconditionFailure("bug: a population on the chip has no dynamics")
        }
        switch neurons {
        case .compartments(let registers): return zip(registers.origin, dynamics.rest).map { $0 + $1 }
        // Potentials count from rest.
        default: return dynamics.rest
        }
    }

    /// The potential of an integer membrane of 0, by population: one number where all neurons agree, else the name of a dataset
    /// `populations/<number>/<name>` that is written to `file`.
    func writeMembraneOrigins(to file: HDF5File, named name: String) throws(DiagnosticsError) -> [JSONValue] {
        var origins: [JSONValue] = []
        for (number, population) in neuronPopulations.enumerated() {
            let values = membraneOrigins(of: population)
            if let first = values.first, values.allSatisfy({ $0 == first }) {
                origins.append(.number(first))
            } else {
                try file.write(values, to: "populations/\(number)/\(name)")
                origins.append(.string("populations/\(number)/\(name)"))
            }
        }
        return origins
    }
}
