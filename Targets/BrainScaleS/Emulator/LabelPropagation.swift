/// Where the label of an event leads: crossbar, driver masks, rows and synapse labels, as configured.
struct LabelPropagation {
    struct Hit {
        /// AtomicNeuron enum.
        var circuit: Int
        var receptor: Int
        var weight: Int
    }

    private let image: ExecutionImage
    private let nodes: [[ExecutionImage.Node]]

    init(_ image: ExecutionImage) {
        self.image = image
        nodes = (0..<20).map { input in image.nodes.filter { $0.input == input } }
    }

    /// The crossbar input of a label from the host.
    static func externalInput(_ label: Int) -> Int { 8 + (label >> 14) & 3 }

    /// Every synapse that fires when `label` enters at `input`.
    func hits(of label: Int, at input: Int) -> [Hit] {
        var hits: [Hit] = []
        let select = label >> 6 & 31
        for node in nodes[input] where node.output < 8 && label & 0x3fff & node.mask == node.target {
            let (hemisphere, bus) = (node.output / 4, node.output % 4)
            for index in 0..<32 {
                let driver = image.drivers[128 * hemisphere + 4 * index + bus]
                guard driver.isOn, select & driver.mask == index & driver.mask else { continue }
                for row in [2 * (4 * index + bus), 2 * (4 * index + bus) + 1] {
                    guard let receptor = image.receptors[256 * hemisphere + row] else { continue }
                    for column in 0..<ExecutionImage.columns {
                        let place = row * ExecutionImage.columns + column
                        guard image.weights[hemisphere][place] != 0, Int(image.labels[hemisphere][place]) == label & 63 else { continue }
                        hits.append(
                            Hit(circuit: 256 * hemisphere + column, receptor: receptor, weight: Int(image.weights[hemisphere][place])))
                    }
                }
            }
        }
        return hits
    }

    /// Whether an event is seen by the host.
    func isRecorded(_ label: Int, at input: Int) -> Bool {
        nodes[input].contains { $0.output >= 8 && label & 0x3fff & $0.mask == $0.target }
    }
}
