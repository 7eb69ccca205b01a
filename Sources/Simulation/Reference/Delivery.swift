/// Adds what a list of events sends through a table's synapses of one delay to the accumulator of the part.
///
/// Sources are summed in the order of the list, synapse by synapse, so that a target's sum does not depend on the parts.
/// - Parameters:
///   - values: nil for spikes.
///   - accumulator: of the whole population.
@inline(__always)
func deliver<Real: EngineScalar>(
    _ neurons: UnsafeMutablePointer<Int32>, _ values: UnsafeMutablePointer<Real>?, _ count: Int, _ table: PartTable<Real>, slot: Int,
    into accumulator: UnsafeMutablePointer<Real>
) {
    let target = accumulator + table.lower
    switch table.layout {
    case .empty: return
    case .dense: deliverDense(neurons, values, count, table, target)
    case .sparse16: deliverSparse(neurons, values, count, table, slot, table.targets16, target)
    case .sparse32: deliverSparse(neurons, values, count, table, slot, table.targets32, target)
    }
}

@inline(__always)
private func deliverSparse<Real: EngineScalar, Index: FixedWidthInteger & UnsignedInteger>(
    _ neurons: UnsafeMutablePointer<Int32>, _ values: UnsafeMutablePointer<Real>?, _ count: Int, _ table: PartTable<Real>, _ slot: Int,
    _ targets: UnsafeMutablePointer<Index>, _ target: UnsafeMutablePointer<Real>
) {
    for event in 0..<count {
        let place = Int(neurons[event]) &* table.delayCount &+ slot
        var k = Int(table.offsets[place])
        let end = Int(table.offsets[place &+ 1])
        if let weights = table.weights {
            if let values {
                let value = values[event]
                while k < end {
                    target[Int(targets[k])] += value * weights[k]
                    k &+= 1
                }
            } else {
                while k < end {
                    target[Int(targets[k])] += weights[k]
                    k &+= 1
                }
            }
        } else {
            let weight = values.map { $0[event] * table.shared } ?? table.shared
            while k < end {
                target[Int(targets[k])] += weight
                k &+= 1
            }
        }
    }
}

/// Four rows at a time, so that the accumulator is read and written once for four additions.
@inline(__always)
private func deliverDense<Real: EngineScalar>(
    _ neurons: UnsafeMutablePointer<Int32>, _ values: UnsafeMutablePointer<Real>?, _ count: Int, _ table: PartTable<Real>,
    _ target: UnsafeMutablePointer<Real>
) {
    guard let weights = table.weights else { return }
    let lanes = Lanes<Real>.scalarCount
    var event = 0
    while event &+ 4 <= count {
        let row0 = weights + Int(neurons[event]) &* table.rowStride
        let row1 = weights + Int(neurons[event &+ 1]) &* table.rowStride
        let row2 = weights + Int(neurons[event &+ 2]) &* table.rowStride
        let row3 = weights + Int(neurons[event &+ 3]) &* table.rowStride
        var k = 0
        if let values {
            let (value0, value1, value2, value3) = (values[event], values[event &+ 1], values[event &+ 2], values[event &+ 3])
            while k < table.width {
                var sum = load(target, k)
                sum += value0 * load(row0, k)
                sum += value1 * load(row1, k)
                sum += value2 * load(row2, k)
                sum += value3 * load(row3, k)
                store(sum, target, k)
                k &+= lanes
            }
        } else {
            while k < table.width {
                var sum = load(target, k)
                sum += load(row0, k)
                sum += load(row1, k)
                sum += load(row2, k)
                sum += load(row3, k)
                store(sum, target, k)
                k &+= lanes
            }
        }
        event &+= 4
    }
    while event < count {
        let row = weights + Int(neurons[event]) &* table.rowStride
        let value = values.map { $0[event] } ?? 1
        var k = 0
        while k < table.width {
            store(load(target, k) + value * load(row, k), target, k)
            k &+= lanes
        }
        event &+= 1
    }
}
