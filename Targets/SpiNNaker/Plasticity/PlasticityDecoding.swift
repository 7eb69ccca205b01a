import Diagnostics
import Lowering

extension SpiNNakerCoreDecoder {
    /// A cell, and how its rows learn.
    static func parts(of binary: String) -> (cell: String, learning: (isNearest: Bool, isMultiplicative: Bool)?) {
        for (timing, isNearest) in [("nearest_pair", true), ("pair", false)] {
            for (bound, isMultiplicative) in [("additive", false), ("multiplicative", true)] {
                let suffix = "_stdp_mad_\(timing)_\(bound)"
                if binary.hasSuffix(suffix) { return (String(binary.dropLast(suffix.count)), (isNearest, isMultiplicative)) }
            }
        }
        return (binary, nil)
    }

    /// Whether targets are delayed, two tables of decay, and four words of bounds and changes for each synapse type.
    func plastic(_ isNearest: Bool, _ isMultiplicative: Bool, _ shifts: (Int, Int)) throws(DiagnosticsError) -> PlasticProgram {
        let words = try file.region(7, "synapse dynamics", atLeast: 3)
        var next = 1
        var tables: [[Int16]] = []
        for _ in 0..<2 {
            guard next < words.count else { throw file.damaged("region 7 (synapse dynamics) ends before its tables") }
            let (count, shift) = (Int(words[next] & 0xFFFF), words[next] >> 16)
            let size = (count + 1) / 2
            guard shift == 0, next + 1 + size <= words.count else {
                throw file.damaged("region 7 (synapse dynamics) has a table of \(count) entries with a shift of \(shift)")
            }
            tables.append(
                (0..<count).map { Int16(truncatingIfNeeded: words[next + 1 + $0 / 2] >> ($0 & 1 == 0 ? 0 : 16)) })
            next += 1 + size
        }
        guard next + 8 <= words.count else { throw file.damaged("region 7 (synapse dynamics) has \(words.count) words") }
        let numbers = words[next..<next + 8].map { Int32(bitPattern: $0) }
        let pairs = [0, 4].map { start in
            FixedPointPairs(
                isNearest: isNearest, isMultiplicative: isMultiplicative, delaysTargets: words[0] != 0, sourceDecay: tables[0],
                targetDecay: tables[1], lowest: numbers[start], highest: numbers[start + 1], potentiation: numbers[start + 2],
                depression: numbers[start + 3])
        }
        return PlasticProgram(pairs: pairs, shifts: [shifts.0, shifts.1])
    }
}
