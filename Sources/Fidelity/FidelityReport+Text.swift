import Foundation
import Simulation

extension FidelityReport {
    /// The report for people.
    public var text: String {
        var parts = [headline]
        parts.append(populationTable)
        if !attribution.isEmpty { parts.append(attributionTable) }
        if weights.contains(where: { $0.bufferFill != nil || $0.zeroed > 0 || $0.clipped > 0 }) { parts.append(WeightLoss.table(weights)) }
        parts.append(resourceTable)
        parts.append(costs)
        return parts.joined(separator: "\n\n") + "\n"
    }

    private var headline: String {
        var table = TextTable()
        table.add(["\(metric) of the reference", percent(reference), "± \(percent(referenceConfidence))"])
        table.add(["\(metric) on \(target)", percent(lowered), "± \(percent(loweredConfidence))"])
        if let without = withoutTrainingInTheLoop {
            table.add(["\(metric) without training in the loop", percent(without)])
        }
        table.add(["drop", percent(drop)])
        table.add(["agreement per sample", percent(agreement)])
        table.add(["samples", "\(samples)"])
        return "Fidelity of '\(network)' on '\(target)'\n\n" + table.text
    }

    private var populationTable: String {
        var table = TextTable(header: [
            "population", "rate", "lowered", "count correlation", "time distance", "first difference", "identical samples",
        ])
        for population in populations {
            table.add([
                population.name, number(population.referenceRate, 4), number(population.loweredRate, 4),
                number(population.countCorrelation, 4),
                number(population.spikeTimeDistance, 3), population.firstDivergence.map { number($0, 1) } ?? "none",
                percent(population.identicalSamples),
            ])
        }
        return table.text + "\nrates in spikes per neuron and step; times in steps"
    }

    private var attributionTable: String {
        var table = TextTable(header: ["lowering step, switched on in turn", "drop"])
        for part in attribution { table.add([part.step, percent(part.drop)]) }
        return table.text
    }

    private var resourceTable: String {
        var table = TextTable(header: ["resource of the fullest core", "used", "available", "", "mean"])
        for use in resources {
            table.add([
                use.name, "\(use.used)", "\(use.available)", percent(use.available > 0 ? Double(use.used) / Double(use.available) : 0),
                number(use.mean, 1),
            ])
        }
        return table.text
    }

    private var costs: String {
        var table = TextTable()
        table.add(["hops per sample", number(traffic.hops, 1)])
        table.add(["packets per step on the busiest link", number(traffic.maximumLinkLoad, 3), traffic.mostLoadedLink])
        table.add(["overflowed states", "\(overflows)"])
        for counter in counters where counter.value > 0 { table.add([counter.summary, "\(counter.value)"]) }
        if let core = busiestCore, core.mostSynapticOperations > 0 {
            table.add(["core with the most synapses in a step", "\(core.mostSynapticOperations)", core.label])
        }
        // A target that states no constants would seem to be free.
        table.add(["energy per sample (published constants)", energy > 0 ? "\(number(energy * 1e6, 3)) µJ" : "not known"])
        table.add(["time per sample (published constants)", time > 0 ? "\(number(time * 1e6, 1)) µs" : "not known"])
        return table.text
    }
}

private func percent(_ fraction: Double) -> String { number(100 * fraction, 2) + " %" }

func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
