import Diagnostics
import Networks
import Numerics
import Storage

/// Trials as lists of events, as the ReckOn chip's tools write them (Frenkel and Indiveri 2022): the number of trials in the first line,
/// then one `address, time` a line, in ms; the address -2 gives the trial's label in place of a time, -1 ends the trial at its time.
extension DataPart {
    static func events(_ path: String, timestep: Double) throws(DiagnosticsError) -> DataPart {
        let bytes = try ByteFile.read(path)
        func fault(_ line: Int, _ message: String) -> DiagnosticsError {
            DiagnosticsError(
                Diagnostic(
                    "data-events", "'\(path)', line \(line + 1): \(message)",
                    help: "give the number of trials, then lines 'address, time', with '-2, label' and '-1, end' in each trial"))
        }
        var trials: [(spikes: [(address: Int, step: Int)], label: Int32, end: Int)] = []
        var spikes: [(address: Int, step: Int)] = []
        var label: Int32?
        var expected: Int?
        for (number, line) in bytes.split(separator: 10).enumerated() {
            let cells = line.split(separator: 44).map { Double(String(decoding: $0, as: UTF8.self).filter { !$0.isWhitespace }) }
            if number == 0 {
                guard cells.count == 1, let first = cells[0], let count = Int(exactly: first), count > 0 else {
                    throw fault(number, "the number of trials is expected here")
                }
                expected = count
                continue
            }
            guard cells.count == 2, let address = cells[0].flatMap({ Int(exactly: $0) }), let value = cells[1], value >= 0, address >= -2,
                address < 65_536, value < 1e7
            else { throw fault(number, "'address, time' is expected here") }
            switch address {
            case -2: label = Int32(exactly: value)
            case -1:
                guard let known = label else { throw fault(number, "the trial ends without a label") }
                trials.append((spikes, known, Int((value / timestep).rounded())))
                spikes = []
                label = nil
            default: spikes.append((address, Int((value / timestep).rounded())))
            }
        }
        guard trials.count == expected, spikes.isEmpty else {
            throw fault(0, "it announces \(expected ?? 0) trials, and the file holds \(trials.count)")
        }
        let steps = trials.reduce(0) { max($0, $1.end) }
        let size = 1 + trials.reduce(0) { $1.spikes.reduce($0) { max($0, $1.address) } }
        guard steps * size * trials.count <= 1 << 30 else {
            throw fault(0, "the trials have \(steps * size * trials.count) places for spikes")
        }
        var table = [UInt8](repeating: 0, count: trials.count * steps * size)
        for (trial, content) in trials.enumerated() {
            for (address, step) in content.spikes where step < steps { table[(trial * steps + step) * size + address] = 1 }
        }
        return DataPart(table: .bytes(table), shape: [steps, size], scale: 1, labels: trials.map(\.label))
    }
}
