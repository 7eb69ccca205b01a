import Chips
import Diagnostics
import Lowering

/// Rate units as a file holds them; every column has one entry per compartment, or per profile.
struct LoadedUnits: Sendable {
    /// 1: a rate unit; 0: another neuron, whose entries mean nothing.
    var isUnit: [Int]
    var multiplier: [Int]
    var multiplierBelow: [Int]
    var shift: [Int]
    var largest: [Int]

    /// Names of the columns in a file.
    static let names = ["is_unit", "multiplier", "multiplier_below", "shift", "largest"]

    /// - Parameter column: reads a column by its name and the range of its entries.
    init(
        _ arithmetic: Arithmetic,
        column: (_ name: String, _ range: ClosedRange<Int>) throws(DiagnosticsError) -> [Int]
    ) throws(DiagnosticsError) {
        let most = (1 << GradedUnit.multiplierBits) - 1
        isUnit = try column(Self.names[0], 0...(arithmetic.hasRateUnits ? 1 : 0))
        multiplier = try column(Self.names[1], -most...most)
        multiplierBelow = try column(Self.names[2], -most...most)
        shift = try column(Self.names[3], GradedUnit.shifts)
        largest = try column(Self.names[4], 0...arithmetic.largestGradedValue)
    }

    /// The columns of some units, in the order of `names`; nil: another neuron.
    static func columns(of units: [GradedUnit?]) -> [[Int32]] {
        [
            units.map { $0 == nil ? 0 : 1 }, units.map { Int32($0?.multiplier ?? 0) }, units.map { Int32($0?.multiplierBelow ?? 0) },
            units.map { Int32($0?.shift ?? 0) }, units.map { Int32($0?.largest ?? 0) },
        ]
    }

    /// What the machine computes with.
    /// - Parameter entries: by compartment, its entry in the columns.
    func registers(_ entries: [Int]) -> GradedRegisters? {
        guard entries.contains(where: { isUnit[$0] == 1 }) else { return nil }
        var registers = GradedRegisters(count: entries.count)
        for (index, entry) in entries.enumerated() where isUnit[entry] == 1 {
            registers.isUnit[index] = true
            registers.multiplier[index] = Int32(multiplier[entry])
            registers.multiplierBelow[index] = Int32(multiplierBelow[entry])
            registers.shift[index] = Int32(shift[entry])
            registers.largest[index] = Int32(largest[entry])
        }
        return registers
    }
}
