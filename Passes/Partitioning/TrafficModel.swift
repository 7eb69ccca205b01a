import Diagnostics
import Networks
import Numerics

/// How many spikes a neuron of each population is expected to send per time step.
struct TrafficModel {
    /// By population.
    let rates: [Double]

    init(_ network: Network, rates given: [String: Double], defaultRate: Double) throws(DiagnosticsError) {
        let names = network.populations.elements.map(\.name)
        var faults: [Diagnostic] = []
        for name in given.keys.sorted() where !names.contains(name) {
            let nearest = nearestName(to: name, among: names).map { "did you mean '\($0)'?" }
            faults.append(
                Diagnostic(
                    "partitioning-unknown-population", "the table of rates names a population '\(name)' that the network does not have",
                    help: nearest ?? "the populations are: \(names.joined(separator: ", "))"))
        }
        for name in given.keys.sorted() {
            guard let rate = given[name], !(rate >= 0 && rate.isFinite) else { continue }
            faults.append(
                Diagnostic(
                    "partitioning-rate", "the rate of population '\(name)' is \(shortest(rate)) spikes per neuron and time step",
                    help: "give a number of 0 or more"))
        }
        if !faults.isEmpty { throw DiagnosticsError(faults) }
        rates = network.populations.elements.map { given[$0.name] ?? Self.ownRate($0, of: network) ?? defaultRate }
    }

    private static func ownRate(_ population: Population, of network: Network) -> Double? {
        switch population.cell {
        case .input: return nil
        case .spikeSourceArray(let times):
            let spikes = times.reduce(0) { $0 + $1.count }
            return network.steps > 0 && population.size > 0 ? Double(spikes) / Double(network.steps * population.size) : nil
        case .spikeSourcePoisson(let rate, _, _):
            let random = Philox(seed: network.seed, purpose: "\(population.name)/rate")
            return mean(rate.values(count: population.size, random: random)) * network.timestep / 1000
        case .neuron(let model): return model.kind == .rate ? 1 : nil
        }
    }
}
