import Chips
public import Storage

/// The JSON Schema (draft 2020-12) of a chip description, for editors; the reader checks more.
public func chipSchema() -> JSONValue {
    let name: JSONValue = ["type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]{0,63}$"]
    let packing = ChipSchema.packing
    return .object(
        JSONObject([
            ("$schema", "https://json-schema.org/draft/2020-12/schema"),
            ("title", "Spikewright chip"),
            ("type", "object"),
            ("additionalProperties", .bool(false)),
            ("required", ["spikewright"]),
            ("anyOf", [["required": ["base"]], ["required": ["chip", "family", "topology", "resources", "formats", "arithmetic"]]]),
            (
                "properties",
                .object(
                    JSONObject([
                        ("spikewright", ["description": "version of the format", "const": .integer(ChipReader.formatVersion)]),
                        ("chip", ChipSchema.described("name, as the command line takes it", name)),
                        ("base", ChipSchema.described("a known chip to build on; keys here replace those of the base", name)),
                        ("title", ["description": "name, as people say it", "type": "string"]),
                        ("family", ChipSchema.described("which writer and emulator build the artifact; plain for none", name)),
                        ("topology", ChipSchema.topology),
                        (
                            "resources",
                            [
                                "description": "capacities of one core, by name", "type": "object", "minProperties": 1,
                                "propertyNames": name,
                                "additionalProperties": ChipSchema.resource(packing),
                            ]
                        ),
                        ("formats", ChipSchema.formats),
                        ("arithmetic", ChipSchema.arithmetic),
                        ("learning", ChipSchema.learning),
                        ("costs", ChipSchema.costs),
                        ("faults", ChipSchema.faults),
                        ("source_place", ChipSchema.choice("where spikes from outside enter", SourcePlace.self)),
                        (
                            "fields",
                            [
                                "description": "choices that only the chip's family reads", "type": ["object", "null"],
                                "additionalProperties": ["type": ["string", "number", "boolean"]],
                            ]
                        ),
                        (
                            "sources",
                            [
                                "description": "where each number was published, by its path or that of a mapping above it",
                                "type": ["object", "null"], "additionalProperties": ["type": "string", "minLength": 1],
                            ]
                        ),
                    ])
                )
            ),
        ]))
}

/// The parts of the schema.
enum ChipSchema {
    static func described(_ text: String, _ schema: JSONValue) -> JSONValue {
        var object = schema.object ?? JSONObject()
        object["description"] = .string(text)
        return .object(object)
    }

    static func integer(_ text: String, _ bounds: ClosedRange<Int>) -> JSONValue {
        ["description": .string(text), "type": "integer", "minimum": .integer(bounds.lowerBound), "maximum": .integer(bounds.upperBound)]
    }

    /// A list of integers of some length.
    static func integers(_ text: String, _ bounds: ClosedRange<Int>, count: ClosedRange<Int>) -> JSONValue {
        [
            "description": .string(text), "type": "array", "minItems": .integer(count.lowerBound), "maxItems": .integer(count.upperBound),
            "items": ["type": "integer", "minimum": .integer(bounds.lowerBound), "maximum": .integer(bounds.upperBound)],
        ]
    }

    static func choice<Case: CaseIterable & RawRepresentable<String>>(_ text: String, _ type: Case.Type) -> JSONValue {
        ["description": .string(text), "enum": .array(type.allCases.map { .string($0.rawValue) })]
    }

    static func choices<Case: CaseIterable & RawRepresentable<String>>(_ text: String, _ type: Case.Type) -> JSONValue {
        [
            "description": .string(text), "type": "array", "minItems": 1, "uniqueItems": true,
            "items": ["enum": .array(type.allCases.map { .string($0.rawValue) })],
        ]
    }

    /// A mapping with these keys and no others. No key is required: a description with a base may leave any out.
    static func mapping(_ text: String, _ properties: [(String, JSONValue)]) -> JSONValue {
        [
            "description": .string(text), "type": ["object", "null"], "additionalProperties": false,
            "properties": .object(JSONObject(properties)),
        ]
    }

    /// A mapping with one of these keys, its kind.
    static func kind(_ text: String, _ properties: [(String, JSONValue)]) -> JSONValue {
        var object = mapping(text, properties).object ?? JSONObject()
        object["maxProperties"] = 1
        return .object(object)
    }

    static func quantity(_ text: String) -> JSONValue { ["description": .string(text), "type": ["number", "string"]] }

    static let topology = kind(
        "how cores are joined",
        [
            (
                "mesh",
                mapping(
                    "chips on a grid, each a grid of tiles",
                    [
                        ("chips", integers("columns, rows", 1...ChipReader.longestAxis, count: 2...2)),
                        ("tiles", integers("columns, rows of one chip", 1...ChipReader.longestAxis, count: 2...2)),
                        ("cores_per_tile", integer("cores at each router", 1...ChipReader.longestAxis)),
                    ])
            ),
            (
                "hexagonal_torus",
                mapping(
                    "chips with six links each, on a torus or a part of one",
                    [
                        ("size", integers("columns, rows", 1...ChipReader.longestAxis, count: 2...2)),
                        (
                            "wrap",
                            [
                                "description": "whether links lead around the edge, along x and y", "type": "array", "minItems": 2,
                                "maxItems": 2, "items": ["type": "boolean"],
                            ]
                        ),
                        ("cores_per_chip", integer("numbers that a chip's cores take up", 1...ChipReader.longestAxis)),
                        ("monitors", integer("lowest cores of each chip that no network gets", 0...ChipReader.longestAxis)),
                        ("gatherers", integer("so many more on each Ethernet chip", 0...ChipReader.longestAxis)),
                        ("router_entries", integer("entries of a multicast table for networks", 1...1 << 20)),
                        ("ethernet", places("Ethernet chips, the first of each board: [x, y]", 2)),
                        ("rows", places("rows of each column of a board, first and last, from its Ethernet chip", 2)),
                        ("fewer_cores", places("chips of a board with another number of cores: [x, y, cores] from its Ethernet chip", 3)),
                        ("chip_cores", places("single chips with another number of cores: [x, y, cores]; 0: no chip", 3)),
                        ("absent_links", places("links that do not exist: [x, y, link]", 3)),
                    ])
            ), ("crossbar", crossbar),
        ])

    /// A list of places, each of so many numbers.
    static func places(_ text: String, _ count: Int) -> JSONValue {
        [
            "description": .string(text), "type": "array",
            "items": [
                "type": "array", "minItems": .integer(count), "maxItems": .integer(count),
                "items": ["type": "integer", "minimum": 0, "maximum": .integer(ChipReader.longestAxis)],
            ],
        ]
    }

    static let packing: [(String, JSONValue)] = [
        ("word_bits", integer("bits of a word", 1...4096)),
        ("synapses_per_entry", integer("synapses behind one prefix", 1...1 << 20)),
        ("prefix_bits", integer("bits of the prefix", 0...4096)),
        ("weight_bits", integers("widths that exist, ascending", 0...32, count: 1...64)),
        ("index_bits", integers("widths that exist, ascending", 0...32, count: 1...64)),
        ("delay_bits", integers("widths that exist, ascending", 0...20, count: 1...64)),
        ("maximum_words_per_axon", integer("longest list of one axon", 1...ChipReader.largestCapacity)),
        ("spare_word_from", integer("one more word when the bits modulo a word are 0 or at least this", 1...4096)),
        ("compressions", choices("ways to number the targets", SynapsePacking.Compression.self)),
    ]

    static func resource(_ packing: [(String, JSONValue)]) -> JSONValue {
        let each = integer("units for each", 1...1 << 20)
        let memory = mapping("synapse memory in words, as really packed", packing)
        let rule: JSONValue = [
            "description": "what uses the capacity up",
            "anyOf": [
                [
                    "enum": [
                        "neurons", "input_axons", "output_axons", "synapse_formats", "delay_slots", "source_neurons", "ring_buffer",
                        "delay_stages", "row_words", "table_addresses", "row_memory", "working_memory",
                    ]
                ],
                kind(
                    "the kind with its options",
                    [
                        ("neurons", mapping("for every neuron", [("each", each)])),
                        ("input_axons", ["type": "null"]),
                        (
                            "output_axons",
                            mapping(
                                "for every neuron and core that it reaches",
                                [("each", each), ("off_chip", integer("more on another chip", 0...1 << 20))])
                        ),
                        ("synapse_memory", memory),
                        ("profiles", choice("distinct combinations of registers", CapacityRule.Profile.self)),
                        ("synapse_formats", ["type": "null"]),
                        ("delay_slots", ["type": "null"]), ("source_neurons", ["type": "null"]), ("ring_buffer", ["type": "null"]),
                        ("delay_stages", ["type": "null"]), ("row_words", ["type": "null"]), ("table_addresses", ["type": "null"]),
                        ("row_memory", ["type": "null"]), ("working_memory", ["type": "null"]),
                        (
                            "shared_memory",
                            mapping(
                                "one pool, in bytes", [("per_neuron", integer("bytes for each neuron", 0...1 << 20)), ("packing", memory)])
                        ), ("crossbar", choice("of a chip with a labelled crossbar", CapacityRule.CrossbarPart.self)),
                    ]),
            ],
        ]
        return mapping(
            "a capacity of one core",
            [
                ("limit", integer("units that a core has", 1...ChipReader.largestCapacity)),
                ("unit", ["description": "what is counted", "type": "string"]),
                ("rule", rule),
            ])
    }

    static let formats: JSONValue = {
        let number = [
            ("mantissa", integers("lowest, highest", -(1 << 31)...1 << 31, count: 2...2)),
            ("exponent", integers("lowest, highest", -32...32, count: 2...2)), ("shift", integer("left shift", 0...32)),
        ]
        return mapping(
            "what numbers the chip can hold",
            [
                (
                    "weight",
                    mapping(
                        "mantissa · 2^(shift + exponent)",
                        [
                            ("bits", integers("widths of the mantissa, ascending", 1...24, count: 1...64)),
                            ("exponent", integers("lowest, highest", -32...32, count: 2...2)),
                            ("shift", integer("left shift on delivery", 0...32)),
                            ("modes", choices("signs", WeightFormat.SignMode.self)),
                            ("scope", choice("what shares an exponent", WeightFormat.Scope.self)),
                            ("sign", choice("where the sign is kept", WeightFormat.SignPlace.self)),
                        ])
                ),
                (
                    "decay",
                    mapping(
                        "state ← state · (2^bits - (register + offset)) / 2^bits",
                        [
                            ("bits", integer("of the register", 1...30)), ("current_offset", integer("for currents", 0...1 << 30)),
                            ("membrane_offset", integer("for membrane potentials", 0...1 << 30)),
                        ])
                ),
                ("threshold", mapping("mantissa · 2^(exponent + shift)", number)),
                ("bias", mapping("mantissa · 2^(exponent + shift)", number)),
                ("delay", integers("lowest, highest, in steps beyond the first", 0...1 << 20, count: 2...2)),
                ("refractory", integers("lowest, highest, in steps", 0...1 << 20, count: 2...2)),
                ("payload_bits", integer("of the value that a spike may carry; 0: none", 0...32)),
            ])
    }()

    static let arithmetic = kind(
        "which neuron the chip computes",
        [
            (
                "integer_current",
                mapping(
                    "integer current and membrane potential",
                    [
                        ("state_bits", integer("beside the sign", 4...48)),
                        ("current_overflow", choice("of the current", IntegerCurrentArithmetic.Overflow.self)),
                        ("membrane_overflow", choice("of the membrane potential", IntegerCurrentArithmetic.Overflow.self)),
                        ("accumulator_bits", integer("of the summed input, beside the sign; absent: 32-bit", 4...48)),
                        ("drive_wraps", ["description": "whether current + bias wraps by itself", "type": "boolean"]),
                        ("exponent_applies_to", choice("what a negative exponent shifts", IntegerCurrentArithmetic.ExponentPlace.self)),
                        ("negative_mixed_rounding", choice("of weights that lose bits", IntegerCurrentArithmetic.Truncation.self)),
                        ("resets", choices("after a spike", IntegerCurrentArithmetic.Reset.self)),
                        (
                            "adaptive_threshold",
                            ["description": "whether neurons of microcode may adapt their threshold", "type": "boolean"]
                        ), ("graded_bits", integer("of the value that a neuron's spike may carry, sign included; 0: none", 0...32)),
                    ])
            ), ("analog", analog),
            (
                "fixed_point",
                mapping(
                    "s16.15 with ring buffers of 16-bit sums",
                    [
                        ("cells", choices("what a core can compute", FixedPointArithmetic.Cell.self)),
                        ("substeps", integer("moves of the state in a time step", 1...1024)),
                        ("colour_bits", integer("of a key, for the time step of the spike", 0...8)),
                        ("ring_buffer_bits", integer("of an index: neuron, receptor, delay", 2...16)),
                        ("delay_stages", integer("most stages of a delay extension", 0...255)),
                        ("expected_rate", ["description": "spikes per second that set the shifts", "type": "number"]),
                        ("expected_deviations", ["description": "of the summed input that must fit", "type": "number"]),
                    ])
            ),
            (
                "floating_point",
                mapping(
                    "single precision with integer weights",
                    [
                        ("weight_rounding", choice("how weights become integers", FloatingPointArithmetic.WeightRounding.self)),
                        ("graded_bits", integer("of the value that a neuron's spike may carry, sign included; 0: none", 0...32)),
                    ])
            ),
        ])

    static let learning: JSONValue = {
        func fields(_ text: String) -> JSONValue {
            [
                "description": .string(text), "type": ["object", "null"],
                "additionalProperties": ["type": "integer", "minimum": 1, "maximum": 64],
            ]
        }
        return mapping(
            "what a learning rule may use that runs on the chip",
            [
                ("timing", choices("when changes are computed", LearningResources.Timing.self)),
                ("weight_bits", integer("of weights that may change, beside the sign", 1...64)),
                ("synapse", fields("numbers kept for each synapse: bits beside the sign, by name")),
                ("neuron", fields("numbers kept for each neuron: bits beside the sign, by name")),
                (
                    "broadcasts",
                    mapping(
                        "how many numbers reach many places at once",
                        [
                            ("everywhere", integer("one number for all: rewards", 0...1 << 20)),
                            ("each_neuron", integer("one for each neuron: learning signals", 0...1 << 20)),
                            ("each_synapse", integer("random numbers at each synapse", 0...1 << 20)),
                        ])
                ),
                ("floating_point", ["description": "whether the numbers are floating-point", "type": "boolean"]),
                (
                    "transposes_weights",
                    ["description": "whether weights can be used against the direction of spikes", "type": "boolean"]
                ),
            ])
    }()

    static let costs: JSONValue = {
        let cost = mapping(
            "of one event", [("energy", quantity("in J, or with a unit: 3 pJ")), ("time", quantity("in s, or with a unit: 4 ns"))])
        return mapping(
            "energy and time",
            [
                ("events", mapping("of one event each", Costs.Event.allCases.map { ($0.rawValue, cost) })),
                (
                    "barrier",
                    mapping(
                        "synchronisation of a step",
                        [
                            ("minimum", quantity("for one tile, in s")), ("maximum", quantity("for all tiles, in s")),
                            ("tiles", integer("how many are all", 1...ChipReader.mostCores)),
                        ])
                ),
                (
                    "power",
                    mapping(
                        "what parts in use draw all the time",
                        [("chip", quantity("each chip in use, in W")), ("core", quantity("each core in use, in W"))])
                ),
            ])
    }()

    static let faults = mapping(
        "parts that must not be used",
        [
            ("dead_chips", places("chips of a torus of which no part may be used: [x, y]", 2)),
            ("dead_cores", ["description": "core numbers", "type": "array", "items": ["type": "integer", "minimum": 0]]),
            (
                "dead_links",
                [
                    "description": "pairs of neighbouring routers", "type": "array",
                    "items": ["type": "array", "minItems": 2, "maxItems": 2, "items": ["type": "integer", "minimum": 0]],
                ]
            ),
        ])
}
