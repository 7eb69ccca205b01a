/// The loader that every artifact carries: it decodes the files with plain Python, and hands what they say to the chip's own stack.
enum LoaderScript {
    static let fileName = "load_bss2.py"

    static let text = #"""
        """Loads Spikewright's BrainScaleS-2 artifact. `executions()` needs Python alone; `configure()` the BrainScaleS-2 software stack.

        Use with hxtorch: calibrate to the targets (`targets()`), put `configure(chip, execution)` behind the routing, e.g. in
        `Experiment(hw_routing_func=...)`, send `labels(execution, population, neuron)` at each input spike, and decode recorded spikes with
        `decode(execution)`. With PyNN: `pynn.setup(initial_config=chip, neuronPermutation=permutation(execution))`, chip behind `configure`.
        It has not been run on hardware.
        """
        import base64
        import json
        import pathlib

        HERE = pathlib.Path(__file__).parent


        def executions(folder=HERE):
            """The executions in the order in which they run."""
            manifest = json.loads((pathlib.Path(folder) / "manifest.json").read_text())
            return [json.loads((pathlib.Path(folder) / entry["file"]).read_text()) for entry in manifest["executions"]]


        def matrix(text):
            """256 rows of 256 numbers."""
            values = base64.b64decode(text)
            return [list(values[256 * row:256 * row + 256]) for row in range(256)]


        def targets(execution):
            """Calibration targets by AtomicNeuron enum."""
            return {circuit: neuron["calibration_target"] for neuron in execution["neurons"] for circuit in neuron["circuits"]}


        def labels(execution, population, neuron):
            """SpikeLabels to send, all at once, when a neuron from outside spikes."""
            return [label for entry in execution["external_labels"] if entry["population"] == population for label in entry["labels"][neuron]]


        def decode(execution):
            """(event output, address) of a recorded spike: (population, neuron)."""
            names = execution["populations"]
            return {(output, address): (names[population], neuron) for output, address, population, neuron in execution["decode"]}


        def permutation(execution):
            """AtomicNeuron enums in the order of populations and neurons."""
            return [circuit for neuron in execution["neurons"] for circuit in neuron["circuits"]]


        def configure(chip, execution):
            """Writes synapses, drivers, rows, crossbar and neurons' addresses into a lola Chip that a calibration has filled."""
            from dlens_vx_v3 import halco, haldls, lola
            modes = haldls.SynapseDriverConfig.RowMode
            rows = [getattr(modes, row["mode"]) for row in execution["synapse_rows"]]
            for hemisphere, block in enumerate(execution["synapse_blocks"]):
                synapses = chip.synapse_blocks[halco.SynapseBlockOnDLS(hemisphere)].matrix
                weights, tags = matrix(block["weights"]), matrix(block["labels"])
                for row in range(256):
                    for column in range(256):
                        synapses.weights[row][column] = lola.SynapseMatrix.Weight(weights[row][column])
                        synapses.labels[row][column] = lola.SynapseMatrix.Label(tags[row][column])
                drivers = chip.synapse_driver_blocks[halco.SynapseDriverBlockOnDLS(hemisphere)].synapse_drivers
                for number in range(128):
                    entry = execution["synapse_drivers"][128 * hemisphere + number]
                    driver = drivers[halco.SynapseDriverOnSynapseDriverBlock(number)]
                    driver.enable_receiver = entry["enable_receiver"]
                    driver.enable_address_out = entry["enable_address_out"]
                    driver.row_address_compare_mask = driver.RowAddressCompareMask(entry["row_address_compare_mask"])
                    driver.row_mode_bottom = rows[256 * hemisphere + 2 * number]
                    driver.row_mode_top = rows[256 * hemisphere + 2 * number + 1]
            for entry in execution["crossbar_nodes"]:
                node = chip.crossbar.nodes[halco.CrossbarNodeOnDLS(
                    halco.CrossbarOutputOnDLS(entry["output"]), halco.CrossbarInputOnDLS(entry["input"]))]
                node.mask, node.target = haldls.NeuronLabel(entry["mask"]), haldls.NeuronLabel(entry["target"])
            for neuron in execution["neurons"]:
                for circuit in neuron["circuits"]:
                    atomic = chip.neuron_block.atomic_neurons[halco.AtomicNeuronOnDLS(halco.common.Enum(circuit))]
                    atomic.event_routing.enable_digital = circuit == neuron["spike_master"]
                    if circuit == neuron["spike_master"]:
                        atomic.event_routing.address = atomic.EventRouting.Address(neuron["event_address"])
                    atomic.multicompartment.connect_vertical = circuit ^ 256 in neuron["circuits"]
                    atomic.multicompartment.connect_right = circuit + 1 in neuron["circuits"] and circuit % 256 != 255
        """# + "\n"
}
