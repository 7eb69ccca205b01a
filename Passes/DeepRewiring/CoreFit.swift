import Chips
import Diagnostics
import Learning
import Lowering
import Networks
import Numerics

/// Whether a network lies on a number of a chip's cores, asked of the passes that count.
struct CoreFit {
    private let chip: Chip
    private let cores: Int

    init(_ chip: Chip, cores: Int?) {
        self.chip = chip
        self.cores = min(cores ?? .max, chip.usableCores.count)
    }

    func holds(_ network: Network) -> Bool { coreCount(of: network).map { $0 <= cores } ?? false }

    /// Nil when a pass refuses the network.
    private func coreCount(of network: Network) -> Int? {
        guard let quantized = try? Quantization(to: chip).run(spiking(network)) else { return nil }
        return try? Partitioning().run(quantized).cores.count
    }

    /// Rate units count as the neurons that they become.
    private func spiking(_ network: Network) throws(DiagnosticsError) -> Network {
        return try RateConversion().fitted(to: chip, for: network).run(network)
    }

    /// The largest number for which the network fits with its connections at random.
    func mostConnections(of network: Network, _ budget: ConnectionBudget) throws(DiagnosticsError) -> Int {
        // What does not fit with a connection for each neuron does not fit at all; what is wrong is then said by the passes.
        var low = network.populations.reduce(0) { $0 + $1.size }
        guard holds(atRandom(network, budget, low)) else { throw refusal(of: atRandom(network, budget, low)) }
        var high = budget.allPairs
        while high - low > max(1, low / 100) {
            let middle = (low + high) / 2
            if holds(atRandom(network, budget, middle)) { low = middle } else { high = middle }
        }
        return low
    }

    /// The network with `count` connections in the mean, of weights of both signs.
    private func atRandom(_ network: Network, _ budget: ConnectionBudget, _ count: Int) -> Network {
        var random = network
        for ((id, part), pairs) in zip(zip(budget.moving, budget.shares(of: count)), budget.pairs) {
            let allowsSelf: Bool = if case .allToAll(let allowSelf) = network.projections[id].connector { allowSelf } else { true }
            random.projections[id].connector = .fixedProbability(Double(part) / Double(max(1, pairs)), allowSelf: allowsSelf)
            random.projections[id].weight = .drawn(.uniform(low: -1, high: 1))
            if case .tensor = network.projections[id].delay { random.projections[id].delay = .constant(1) }
        }
        return random
    }

    /// Why not.
    func refusal(of network: Network) -> DiagnosticsError {
        do throws(DiagnosticsError) {
            let count = try Partitioning().run(Quantization(to: chip).run(spiking(network))).cores.count
            return DiagnosticsError(
                Diagnostic(
                    "rewiring-does-not-fit",
                    "with one connection for each of its neurons, the network '\(network.name)' takes \(count) cores of '\(chip.name)', and may use \(cores)",
                    help: "allow more cores, or make its populations smaller"), isRefusal: true)
        } catch {
            return error
        }
    }
}
