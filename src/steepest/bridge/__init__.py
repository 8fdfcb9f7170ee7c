"""The bridges: the only places that know packages which are extras, one folder for each.

A bridge turns what its package speaks of into data and options of ours, and a run into what its
package expects. It computes nothing itself; every descent is that of `steepest.descend`.
"""
