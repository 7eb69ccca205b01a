#pragma once
#include <stdlib.h>
#include <gvc.h>

// Graphviz's kinds of graph are C globals, which Swift 6 cannot read: they are handed out here.
static inline Agraph_t *spikewright_open_directed(const char *name) { return agopen((char *)name, Agdirected, NULL); }

// Graphviz takes `char *` for texts that it copies.
static inline Agnode_t *spikewright_node(Agraph_t *graph, const char *name) { return agnode(graph, (char *)name, 1); }
static inline Agedge_t *spikewright_edge(Agraph_t *graph, Agnode_t *from, Agnode_t *to, const char *name) {
    return agedge(graph, from, to, (char *)name, 1);
}
static inline void spikewright_set(void *object, const char *name, const char *value) {
    agsafeset(object, (char *)name, (char *)value, "");
}
static inline void spikewright_set_html(Agraph_t *graph, void *object, const char *name, const char *value) {
    char *text = agstrdup_html(graph, (char *)value);
    agsafeset(object, (char *)name, text, "");
    agstrfree(graph, text);
}

// Messages of Graphviz go to the caller, never to the terminal.
static inline void spikewright_silence_messages(void) { agseterr(AGMAX); }
