package dev.parley.chat.internal.protocol;

import java.util.AbstractCollection;
import java.util.Collection;
import java.util.Iterator;
import java.util.function.Function;

/** The links of those who have one, as they are: looked at after every input, so that no list is made for it. */
final class LinksOf<T> extends AbstractCollection<LinkChannel> {

    private final Collection<T> owners;
    private final Function<T, LinkChannel> linkOf;

    LinksOf(Collection<T> owners, Function<T, LinkChannel> linkOf) {
        this.owners = owners;
        this.linkOf = linkOf;
    }

    @Override
    public Iterator<LinkChannel> iterator() {
        Iterator<T> each = owners.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return each.hasNext();
            }

            @Override
            public LinkChannel next() {
                return linkOf.apply(each.next());
            }
        };
    }

    @Override
    public int size() {
        return owners.size();
    }
}
