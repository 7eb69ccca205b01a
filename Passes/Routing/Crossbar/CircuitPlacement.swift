import Chips

/// Which circuits each neuron of an execution has: some neighbouring columns, in both hemispheres or in one.
///
/// A neuron of one circuit takes one hemisphere; a wider one whole columns, so that its synapses may be in either hemisphere.
struct CircuitPlacement: Hashable, Sendable {
    struct Site: Hashable, Sendable {
        var columns: Range<Int>
        /// Nil: both.
        var hemisphere: Int?

        func width(in hemisphere: Int) -> Int { self.hemisphere == nil || self.hemisphere == hemisphere ? columns.count : 0 }
    }

    /// By neuron.
    var sites: [Site]

    /// What a neuron needs: so many columns of both hemispheres, or one circuit (0 columns).
    typealias Width = Int

    /// The columns that the synapses of each neuron need when a row in `share` is excitatory; nil when a neuron is too wide for a half.
    static func widths(_ demands: CrossbarDemands, share: Double, on crossbar: LabelledCrossbar, wholeColumns: Bool) -> [Width] {
        let rows = Double(crossbar.rows)
        return zip(demands.excitatory, demands.inhibitory).map { excitatory, inhibitory in
            let circuits = max(
                excitatory == 0 ? 0 : (Double(excitatory) / max(rows * share, 1)).rounded(.up),
                inhibitory == 0 ? 0 : (Double(inhibitory) / max(rows * (1 - share), 1)).rounded(.up))
            if circuits <= 1 { return wholeColumns ? 1 : 0 }
            return Int((circuits / Double(LabelledCrossbar.hemispheres)).rounded(.up))
        }
    }

    /// Circuits that these widths take.
    static func circuits(_ widths: [Width]) -> Int { widths.reduce(0) { $0 + ($1 == 0 ? 1 : LabelledCrossbar.hemispheres * $1) } }

    /// Places neurons so that senders are spread evenly over the buses that their columns reach; nil when there is no room.
    /// - Parameters:
    ///   - sends: whether a neuron's spikes go to neurons of the execution.
    ///   - order: the neurons in the order in which they take columns from the left, as a user's permutation asks; nil: spread.
    init?(_ widths: [Width], sends: [Bool], on crossbar: LabelledCrossbar, order: [Int]?) {
        var free = FreeCircuits(crossbar)
        var sites = [Site?](repeating: nil, count: widths.count)
        if let order {
            for neuron in order {
                guard let site = free.takeFirst(widths[neuron]) else { return nil }
                sites[neuron] = site
            }
        } else {
            // Wide ones first, for they need neighbours; then senders, which are to be spread.
            let turns = widths.indices.sorted {
                (-widths[$0], sends[$0] ? 0 : 1, $0) < (-widths[$1], sends[$1] ? 0 : 1, $1)
            }
            for neuron in turns {
                guard let site = free.takeSpread(widths[neuron], sends: sends[neuron]) else { return nil }
                sites[neuron] = site
            }
        }
        self.sites = sites.compactMap { $0 }
    }
}

/// The circuits that are left.
private struct FreeCircuits {
    let crossbar: LabelledCrossbar
    /// [hemisphere][column].
    var isFree: [[Bool]]
    /// Senders by bus of a hemisphere, and by event output.
    var sendersOnBus: [Int]
    var sendersOfOutput: [Int]
    /// Neurons by hemisphere, for those of one circuit.
    var held = [0, 0]

    init(_ crossbar: LabelledCrossbar) {
        self.crossbar = crossbar
        isFree = Array(repeating: Array(repeating: true, count: crossbar.columns), count: LabelledCrossbar.hemispheres)
        sendersOnBus = Array(repeating: 0, count: crossbar.buses)
        sendersOfOutput = Array(repeating: 0, count: crossbar.eventOutputs)
    }

    private func fits(_ start: Int, _ width: Int) -> Bool {
        start + width <= crossbar.columns && crossbar.half(ofColumn: start) == crossbar.half(ofColumn: start + width - 1)
            && (start..<start + width).allSatisfy { isFree[0][$0] && isFree[1][$0] }
    }

    private mutating func take(_ start: Int, _ width: Int) -> CircuitPlacement.Site {
        for column in start..<start + width { (isFree[0][column], isFree[1][column]) = (false, false) }
        return .init(columns: start..<start + width, hemisphere: nil)
    }

    mutating func takeFirst(_ width: Int) -> CircuitPlacement.Site? {
        if width > 0 {
            guard let start = (0..<crossbar.columns).first(where: { fits($0, width) }) else { return nil }
            return take(start, width)
        }
        for column in 0..<crossbar.columns {
            for hemisphere in 0..<LabelledCrossbar.hemispheres where isFree[hemisphere][column] {
                isFree[hemisphere][column] = false
                return .init(columns: column..<column + 1, hemisphere: hemisphere)
            }
        }
        return nil
    }

    mutating func takeSpread(_ width: Int, sends: Bool) -> CircuitPlacement.Site? {
        var best: (score: (Int, Int, Int, Int), site: CircuitPlacement.Site)?
        func consider(_ column: Int, _ hemisphere: Int?) {
            let output = crossbar.eventOutput(ofColumn: column)
            let score =
                sends
                ? (sendersOnBus[output % crossbar.buses], sendersOfOutput[output], hemisphere.map { held[$0] } ?? 0, column)
                : (0, 0, hemisphere.map { held[$0] } ?? 0, -column)
            if best.map({ score < $0.score }) ?? true {
                best = (score, .init(columns: column..<column + max(width, 1), hemisphere: hemisphere))
            }
        }
        if width > 0 {
            // Steps of the width from the border of a half, so that no gap is left that is too narrow.
            for half in 0..<crossbar.halves {
                for start in stride(from: half * crossbar.columnsPerHalf, to: (half + 1) * crossbar.columnsPerHalf, by: width)
                where fits(start, width) { consider(start, nil) }
            }
            if best == nil { for start in 0..<crossbar.columns where fits(start, width) { consider(start, nil) } }
        } else {
            for column in 0..<crossbar.columns {
                for hemisphere in 0..<LabelledCrossbar.hemispheres where isFree[hemisphere][column] { consider(column, hemisphere) }
            }
        }
        guard let site = best?.site else { return nil }
        if let hemisphere = site.hemisphere {
            isFree[hemisphere][site.columns.lowerBound] = false
            held[hemisphere] += 1
        } else {
            _ = take(site.columns.lowerBound, site.columns.count)
        }
        if sends {
            let output = crossbar.eventOutput(ofColumn: site.columns.lowerBound)
            sendersOnBus[output % crossbar.buses] += 1
            sendersOfOutput[output] += 1
        }
        return site
    }
}
