import Fidelity
import Foundation
import Simulation
public import Storage

extension SimulationResult {
    public var text: String {
        var table = TextTable(header: ["population", "neurons", "spikes", "spikes per neuron and step"])
        for (name, size) in populations {
            let count = recording.spikes[name]?.count ?? 0
            let rate = Double(count) / Double(max(size * recording.steps, 1))
            table.add([name, "\(size)", "\(count)", String(format: "%.5f", rate)])
        }
        var text = "'\(name)', \(recording.steps) steps\n\n" + table.text + "\n"
        if let answer {
            text +=
                "\nanswer: class \(answer.given), \(answer.given == answer.expected ? "as" : "where") the sample is of class \(answer.expected)\n"
        }
        if let statistics {
            var costs = TextTable()
            costs.add(["synaptic operations", "\(statistics.synapticOperations)"])
            costs.add(["packets", "\(statistics.packets)"])
            costs.add(["hops", "\(statistics.hopsEastWest + statistics.hopsNorthSouth)"])
            costs.add(["overflowed states", "\(statistics.overflows)"])
            for counter in statistics.counters where counter.value > 0 { costs.add([counter.summary, "\(counter.value)"]) }
            if let link = statistics.linkLoads.max(by: { ($0.packets, $1.from, $1.to) < ($1.packets, $0.from, $0.to) }) {
                costs.add(["packets on the busiest link", "\(link.packets)", "router \(link.from) → \(link.to)"])
            }
            // A target that states no constants would seem to be free.
            costs.add([
                "energy (published constants)", statistics.energy > 0 ? String(format: "%.4g µJ", statistics.energy * 1e6) : "not known",
            ])
            costs.add(["time (published constants)", statistics.time > 0 ? String(format: "%.4g µs", statistics.time * 1e6) : "not known"])
            text += "\n" + costs.text + "\n"
            if !statistics.coreLoads.isEmpty { text += "\n" + busiestCores(statistics.coreLoads).text + "\n" }
        }
        return text
    }

    /// The cores that came closest to their limit, and those beyond it first.
    private func busiestCores(_ loads: [EmulatorStatistics.CoreLoad]) -> TextTable {
        var table = TextTable(header: ["busiest cores", "packets", "most in a step", "most synapses in a step", "overloaded steps"])
        let order = loads.sorted {
            ($0.overloadedSteps, $0.mostSynapticOperations, $1.core) > ($1.overloadedSteps, $1.mostSynapticOperations, $0.core)
        }
        for load in order.prefix(5) {
            table.add([
                load.label, "\(load.packets)", "\(load.mostPackets)", "\(load.mostSynapticOperations)", "\(load.overloadedSteps)",
            ])
        }
        return table
    }

    /// Spikes as [step, neuron] pairs, in continuous time with the time of each; membranes as [step][neuron].
    public var json: JSONValue {
        let items = populations.map { name, size -> JSONValue in
            var members: [(String, JSONValue)] = [("name", .string(name)), ("size", .integer(size))]
            let spikes = recording.spikes[name] ?? []
            members.append(("spikes", .array(spikes.map { .array([.integer(Int($0.step)), .integer(Int($0.neuron))]) })))
            if let times = recording.times[name] { members.append(("times_ms", .array(times.map { .number($0) }))) }
            if let membranes = recording.membranes[name] {
                let rows = (0..<recording.steps).map { step in
                    JSONValue.array(membranes[step * size..<(step + 1) * size].map { .number($0) })
                }
                members.append(("v", .array(rows)))
            }
            return .object(JSONObject(members))
        }
        var members: [(String, JSONValue)] = [
            ("network", .string(name)), ("steps", .integer(recording.steps)), ("populations", .array(items)),
        ]
        if let answer {
            members.append(("answer", .object(JSONObject([("given", .integer(answer.given)), ("expected", .integer(answer.expected))]))))
        }
        if let statistics {
            members.append(("synaptic_operations", .integer(statistics.synapticOperations)))
            members.append(("packets", .integer(statistics.packets)))
            members.append(("hops", .integer(statistics.hopsEastWest + statistics.hopsNorthSouth)))
            members.append(("overflows", .integer(statistics.overflows)))
            let counters = statistics.counters.map { ($0.name, JSONValue.integer($0.value)) }
            if !counters.isEmpty { members.append(("counters", .object(JSONObject(counters)))) }
            members.append(
                (
                    "links",
                    .array(
                        statistics.linkLoads.map {
                            .object(
                                JSONObject([("from", .integer($0.from)), ("to", .integer($0.to)), ("packets", .integer($0.packets))]))
                        })
                ))
            if !statistics.coreLoads.isEmpty { members.append(("cores", .array(statistics.coreLoads.map(\.json)))) }
            members.append(("energy_J", .number(statistics.energy)))
            members.append(("time_s", .number(statistics.time)))
        }
        members.append(("seconds", .number(seconds)))
        return .object(JSONObject(members))
    }
}
