import Chips
import Diagnostics
import Lowering
import Networks
import Numerics

extension CrossbarShortage {
    /// Says which population does not fit, on which bus, by how much, and what would.
    func refusal(_ contents: ExecutionContents, _ problem: CrossbarProblem, _ quantized: QuantizedNetwork) -> Diagnostic {
        let network = quantized.network
        let chip = quantized.chip
        let id = neuron.map { ID<Population>(problem.neurons[$0].population) } ?? contents.parts.first?.population ?? ID(0)
        let population = network.populations[id]
        let count = contents.parts.filter { $0.population == id }.reduce(0) { $0 + $1.neurons.count }
        let subject =
            count == 1 ? "one neuron of population '\(population.name)'" : "population '\(population.name)' (\(counted(count, "neuron")))"
        let notes = network.projections.filter { $0.post == id }.prefix(4).map { projection in
            Diagnostic.Note(
                "it receives from '\(network.populations[projection.pre].name)' (\(counted(network.populations[projection.pre].size, "neuron"))) by \(projection.connector.name)",
                at: projection.place)
        }
        let cure =
            "lower its fan-in to about \(100 * available / max(needed, 1)) % of what it is; weights of one sign for each source, or fewer parallel synapses, need fewer rows too"
        switch kind {
        case .half:
            return Diagnostic(
                "crossbar-fan-in",
                "\(subject) needs \(needed) circuits joined to one neuron for its fan-in, and a half of '\(chip.name)' has \(available)",
                at: population.place, notes: notes, help: cure)
        case .circuits:
            return Diagnostic(
                "crossbar-circuits",
                "\(subject) and what must run with it need \(needed) neuron circuits, and '\(chip.name)' has \(available)",
                at: population.place, notes: notes,
                help:
                    "lower the fan-in, so that a neuron needs fewer circuits (\(problem.crossbar.rows) rows each), or the number of neurons"
            )
        case .rows:
            return Diagnostic(
                "crossbar-rows",
                "\(subject) and what must run with it need \(needed) synapse rows on \(busName(problem.crossbar)), which has \(available): \(needed - available) too many",
                at: population.place, notes: notes, help: cure)
        case .labels:
            return Diagnostic(
                "crossbar-labels",
                "\(counted(needed, "source")) must share \(busName(problem.crossbar)), where a synapse tells \(available) labels apart, and no masks of its \(problem.crossbar.driversPerBus) drivers keep groups of them apart; most of their synapses end at population '\(population.name)'",
                at: population.place, notes: notes,
                help: "lower the number of sources that send to '\(population.name)', or its fan-in")
        }
    }

    private func busName(_ crossbar: LabelledCrossbar) -> String {
        guard let bus else { return "a PADI bus" }
        return "PADI bus \(bus % crossbar.buses) of the \(bus / crossbar.buses == 0 ? "top" : "bottom") hemisphere"
    }
}
