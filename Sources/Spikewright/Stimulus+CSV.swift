import Diagnostics
import Networks
import Storage

extension Stimulus {
    /// Reads events from a csv file, one a line: population, step, neuron, and a value where events carry one.
    ///
    /// Lines may be in any order; an event is given once.
    init(csv path: String, steps: Int) throws(DiagnosticsError) {
        struct Event {
            var step: Int32
            var neuron: Int32
            var value: Float
        }
        var events: [String: [Event]] = [:]
        func fault(_ line: Int, _ message: String) -> DiagnosticsError {
            let place = SourceRange(file: path, start: .init(line: line, column: 1), end: .init(line: line, column: 1))
            return DiagnosticsError(
                Diagnostic(
                    "simulate-stimulus", message, at: place, help: "write 'population,step,neuron' or 'population,step,neuron,value'"))
        }
        for (index, line) in try ByteFile.readText(path).split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmed }
            if cells == [""] || (index == 0 && cells.first == "population") { continue }
            guard cells.count == 3 || cells.count == 4, let step = Int32(cells[1]), let neuron = Int32(cells[2]),
                let value = cells.count == 4 ? Float(cells[3]) : 1, value.isFinite
            else { throw fault(index + 1, "'\(line.prefix(60))' is not an event") }
            guard step >= 0, step < steps, neuron >= 0 else {
                throw fault(index + 1, "step \(step) of neuron \(neuron) is outside a run of \(steps) steps")
            }
            events[cells[0], default: []].append(Event(step: step, neuron: neuron, value: value))
        }
        self.init(
            events.sorted { $0.key < $1.key }.map { name, list in
                let sorted = list.sorted { ($0.step, $0.neuron) < ($1.step, $1.neuron) }
                var offsets = [Int32](repeating: 0, count: steps + 1)
                for event in sorted { offsets[Int(event.step) + 1] += 1 }
                for step in 0..<steps { offsets[step + 1] += offsets[step] }
                let isGraded = sorted.contains { $0.value != 1 }
                return (name, Events(offsets: offsets, neurons: sorted.map(\.neuron), values: isGraded ? sorted.map(\.value) : []))
            })
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var part = self
        while part.first?.isWhitespace ?? false { part.removeFirst() }
        while part.last?.isWhitespace ?? false { part.removeLast() }
        return String(part)
    }
}
