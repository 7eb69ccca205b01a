import Chips

extension CrossbarConfiguration {
    /// What a configuration breaks of the rules of its chip; empty when it can be loaded. Numbers in brackets are those of
    /// Documentation/Targets/brainscales.md.
    ///
    /// - Every circuit belongs to one neuron at most [C1]; the circuits of a neuron are joined and lie in one half [C2].
    /// - A synapse with a weight is in a row that is not disabled, and that a driver which is on feeds [C4]; weights and labels are within
    ///   their bits [C6, C7].
    /// - A neuron's event is sent by one of its own circuits, with an address of the bits that it may choose [C9]; no two neurons of an event
    ///   output have one address [C13].
    /// - Masks are within their bits; there is one filter for each node that exists, in order [C12].
    /// - An event of the host is within its bits, and no neuron of the host sends two events onto one bus.
    public func violations(largestWeight: Int) -> [String] {
        var found: [String] = []
        var owner = [Int?](repeating: nil, count: crossbar.circuitCount)
        for (number, neuron) in neurons.enumerated() {
            for circuit in neuron.circuits {
                guard owner.indices.contains(circuit) else {
                    found.append("C1: neuron \(number) has circuit \(circuit) of \(crossbar.circuitCount)")
                    continue
                }
                if let other = owner[circuit] { found.append("C1: circuit \(circuit) belongs to neurons \(other) and \(number)") }
                owner[circuit] = number
            }
            if !isJoined(neuron.circuits) {
                found.append("C2: the circuits \(neuron.circuits) of neuron \(number) are not joined within one half")
            }
            checkEvent(neuron, number, &found)
        }
        var addresses: [Int: Int] = [:]
        for (number, neuron) in neurons.enumerated() {
            guard let master = neuron.spikeMaster, let address = neuron.address else { continue }
            let output = crossbar.eventOutput(ofColumn: crossbar.column(ofCircuit: master))
            if let other = addresses.updateValue(number, forKey: crossbar.label(ofAddress: address, output: output)) {
                found.append("C13: neurons \(other) and \(number) both send address \(address) at event output \(output)")
            }
        }
        checkSynapses(owner, largestWeight, &found)
        checkFilters(&found)
        return found
    }

    private func isJoined(_ circuits: [Int]) -> Bool {
        guard let first = circuits.first else { return false }
        if Set(circuits.map { crossbar.half(ofColumn: crossbar.column(ofCircuit: $0)) }).count != 1 { return false }
        var reached: Set<Int> = [first]
        var open = [first]
        while let circuit = open.popLast() {
            let (column, hemisphere) = (crossbar.column(ofCircuit: circuit), crossbar.hemisphere(ofCircuit: circuit))
            let neighbours =
                (column > 0 ? [circuit - 1] : []) + (column < crossbar.columns - 1 ? [circuit + 1] : [])
                + [crossbar.circuit(column: column, hemisphere: 1 - hemisphere)]
            for next in neighbours where circuits.contains(next) && reached.insert(next).inserted { open.append(next) }
        }
        return reached.count == circuits.count
    }

    private func checkEvent(_ neuron: Neuron, _ number: Int, _ found: inout [String]) {
        if (neuron.spikeMaster == nil) != (neuron.address == nil) {
            found.append("C9: neuron \(number) has an address or a circuit that sends, and not both")
        }
        if let master = neuron.spikeMaster, !neuron.circuits.contains(master) {
            found.append("C9: the events of neuron \(number) are sent by circuit \(master), which is not its own")
        }
        if let address = neuron.address, !(0..<1 << crossbar.addressBits).contains(address) {
            found.append("C9: neuron \(number) has address \(address), beyond \(crossbar.addressBits) bits")
        }
    }

    private func checkSynapses(_ owner: [Int?], _ largestWeight: Int, _ found: inout [String]) {
        for row in 0..<crossbar.rowCount {
            let hemisphere = row / crossbar.rows
            let driver = row % crossbar.rows / LabelledCrossbar.rowsPerDriver
            let isFed = driverMasks[hemisphere * crossbar.driversPerHemisphere + driver] != nil && rowModes[row] != .disabled
            for column in 0..<crossbar.columns {
                let synapse = row * crossbar.columns + column
                if Int(weights[synapse]) > largestWeight {
                    found.append("C6: the synapse at row \(row), column \(column) has weight \(weights[synapse]), above \(largestWeight)")
                }
                if Int(labels[synapse]) >= crossbar.labelCount {
                    found.append(
                        "C7: the synapse at row \(row), column \(column) has label \(labels[synapse]), beyond \(crossbar.labelBits) bits")
                }
                guard weights[synapse] != 0 else { continue }
                if !isFed { found.append("C4: the synapse at row \(row), column \(column) is in a row without sign or driver") }
                if owner[crossbar.circuit(column: column, hemisphere: hemisphere)] == nil {
                    found.append("C1: the synapse at row \(row), column \(column) feeds a circuit without a neuron")
                }
            }
        }
    }

    private func checkFilters(_ found: inout [String]) {
        for (driver, mask) in driverMasks.enumerated() {
            if let mask, !(0..<crossbar.selectCount).contains(mask) {
                found.append("C11: driver \(driver) compares by mask \(mask), beyond \(crossbar.selectBits) bits")
            }
        }
        let known = crossbar.nodes
        if !known.elementsEqual(nodes, by: { $0 == ($1.input, $1.output) }) {
            found.append("C12: the filters are not those of the \(known.count) nodes of the crossbar, by input, then output")
        }
        for node in nodes where node.mask >= 1 << crossbar.filterBits || node.target >= 1 << crossbar.filterBits || node.mask < 0 {
            found.append(
                "C12: the node from \(node.input) to \(node.output) compares \(node.mask), \(node.target), beyond \(crossbar.filterBits) bits"
            )
        }
        for external in externals {
            for label in external.labels where label < 0 || label >> crossbar.filterBits >= crossbar.externalInputs {
                found.append("C12: the host sends label \(label), which has no input of the crossbar")
            }
        }
    }
}
